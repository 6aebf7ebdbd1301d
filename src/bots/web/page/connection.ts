/** The stream of events, kept open while the page is looked at; everything is fetched again whenever it opens anew. */
import type { Events } from '../wire.ts';

type Handlers = { [Name in keyof Events]: (data: Events[Name]) => void };
export type ConnectionState = 'connected' | 'lost' | 'offline';

const HIDDEN_FOR_MS = 60_000; // a browser allows six connections per server: pages nobody looks at give theirs back
const LONGEST_PAUSE_MS = 10_000;

export function connect(
  handlers: Handlers,
  { opened, state }: { opened(): void; state(now: ConnectionState): void },
): void {
  let source: EventSource | undefined;
  let pause = 1000;
  let retry = 0;
  let rest = 0;

  const close = () => {
    window.clearTimeout(retry);
    source?.close();
    source = undefined;
  };
  const open = () => {
    close();
    source = new EventSource('api/events');
    source.onopen = () => {
      pause = 1000;
      state('connected');
      opened();
    };
    source.onerror = () => {
      state(navigator.onLine ? 'lost' : 'offline');
      if (source?.readyState !== EventSource.CLOSED) return; // it tries again by itself
      retry = window.setTimeout(open, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    };
    for (const name of Object.keys(handlers) as (keyof Events)[])
      source.addEventListener(name, (event) => handlers[name](JSON.parse((event as MessageEvent<string>).data)));
  };

  document.addEventListener('visibilitychange', () => {
    window.clearTimeout(rest);
    if (document.hidden) rest = window.setTimeout(close, HIDDEN_FOR_MS);
    else if (!source) open();
  });
  window.addEventListener('online', open);
  window.addEventListener('offline', () => state('offline'));
  open();
}
