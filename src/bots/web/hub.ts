/** Server-sent events to every open page of a session. Nothing is kept: who reconnects fetches the messages again. */
import type { Events } from './wire.ts';

export interface Hub {
  subscribe(session: string): ReadableStream<Uint8Array>;
  publish<Name extends keyof Events>(session: string, name: Name, data: Events[Name]): void;
  /** Ends every stream. */
  close(): void;
}

/** Events a slow reader may be behind before it is cut off and has to start over. */
const BACKLOG = 256;
const PAGES_PER_SESSION = 32;

export function openHub({ heartbeatMs = 15_000 }: { heartbeatMs?: number } = {}): Hub {
  type Stream = ReadableStreamDefaultController<Uint8Array>;
  const sessions = new Map<string, Set<Stream>>();
  const encoder = new TextEncoder();
  let sent = 0;

  const drop = (session: string, stream: Stream) => {
    const streams = sessions.get(session);
    if (!streams?.delete(stream)) return;
    if (streams.size === 0) sessions.delete(session);
  };
  const end = (session: string, stream: Stream) => {
    drop(session, stream);
    stream.close();
  };
  const send = (session: string, stream: Stream, text: string) =>
    (stream.desiredSize ?? 0) > 0 ? stream.enqueue(encoder.encode(text)) : end(session, stream);
  const everyStream = (act: (session: string, stream: Stream) => void) => {
    for (const [session, streams] of [...sessions]) for (const stream of [...streams]) act(session, stream);
  };
  const heartbeat = setInterval(
    () => everyStream((session, stream) => send(session, stream, ': beat\n\n')),
    heartbeatMs,
  );
  heartbeat.unref();

  return {
    subscribe: (session) => {
      let mine: Stream;
      return new ReadableStream<Uint8Array>(
        {
          start(stream) {
            mine = stream;
            const streams = sessions.get(session) ?? new Set();
            sessions.set(session, streams.add(stream));
            const [oldest] = streams;
            if (streams.size > PAGES_PER_SESSION) end(session, oldest!);
            send(session, stream, 'retry: 2000\n\n');
          },
          cancel: () => drop(session, mine),
        },
        { highWaterMark: BACKLOG },
      );
    },
    publish: (session, name, data) => {
      const text = `id: ${++sent}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
      for (const stream of [...(sessions.get(session) ?? [])]) send(session, stream, text);
    },
    close: () => {
      clearInterval(heartbeat);
      everyStream(end);
    },
  };
}
