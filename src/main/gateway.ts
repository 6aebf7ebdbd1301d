/** Starts a chat platform, and keeps trying while it cannot be reached; a wrong token ends the start instead. */
import type { Platform } from '../core/address.ts';
import type { Courier } from '../core/courier.ts';
import { AppError, type ErrorCode, toAppError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';

export interface Gateway<P extends Platform> {
  courier: Courier<P>;
  ready(): boolean;
  stop(): Promise<void>;
}

const LONGEST_PAUSE_MS = 300_000;
/** What waiting does not mend. */
const FATAL: ReadonlySet<ErrorCode> = new Set(['bad_config', 'port_taken']);

export interface Connection {
  ready(): boolean;
  stop(): Promise<void>;
}

/** `connected` is told the courier, now or when the platform can be reached. Throws bad_config for a refused token, port_taken. */
export async function connect<P extends Platform>(
  { log }: { log: Logger },
  start: () => Promise<Gateway<P>>,
  connected: (courier: Courier<P>) => void,
): Promise<Connection> {
  let gateway: Gateway<P> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const attempt = async (pauseMs: number): Promise<void> => {
    try {
      const started = await start();
      if (stopped) return await started.stop(); // it came up while we went down
      gateway = started;
      connected(gateway.courier);
    } catch (caught) {
      if (stopped) return; // nobody waits for it any more
      const error = toAppError(caught);
      if (FATAL.has(error.code)) throw error;
      log.error({ err: error, retryInMs: pauseMs }, 'platform cannot be reached; trying again');
      timer = setTimeout(
        () =>
          void attempt(Math.min(pauseMs * 2, LONGEST_PAUSE_MS)).catch((error: unknown) =>
            log.error({ err: error }, 'platform refused us'),
          ),
        pauseMs,
      );
    }
  };
  await attempt(5000);
  return {
    ready: () => gateway?.ready() ?? false,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await gateway?.stop();
    },
  };
}

/** Readiness checks of platforms by name. */
export const checksOf = (connections: Readonly<Record<string, Connection>>): Record<string, () => Promise<void>> =>
  Object.fromEntries(
    Object.entries(connections).map(([name, { ready }]) => [
      name,
      async () => {
        if (!ready()) throw new AppError('platform_unavailable', `${name} is not connected.`);
      },
    ]),
  );
