/** Does something every so often, or sooner when woken; never twice at once, and goes on after an error. */
import type { Logger } from '../core/log.ts';

export interface Loop {
  wake(): void;
  /** Resolves when the round under way has ended. */
  stop(): Promise<void>;
}

export function createLoop(
  { log, everyMs, name }: { log: Logger; everyMs: number; name: string },
  round: () => Promise<unknown>,
): Loop {
  let [stopped, woken, failing] = [false, false, false];
  let rise = () => {};

  const rest = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      rise = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const turning = (async () => {
    while (!stopped) {
      woken = false;
      try {
        await round();
        if (failing) log.info({ loop: name }, 'works again');
        failing = false;
      } catch (err) {
        if (!failing) log.warn({ err, loop: name }, 'round failed; going on');
        failing = true;
        woken = false; // a failing round must not spin
      }
      if (!stopped && !woken) await rest();
    }
  })();

  return {
    wake() {
      woken = true;
      rise();
    },
    stop() {
      stopped = true;
      rise();
      return turning;
    },
  };
}
