/** Starts a chat platform, and keeps trying while it cannot be reached; a wrong token ends the start instead. */
import type { Platform } from '../core/address.ts';
import type { Courier } from '../core/courier.ts';
import { toAppError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';

export interface Gateway<P extends Platform> {
  courier: Courier<P>;
  ready(): boolean;
  stop(): Promise<void>;
}

const LONGEST_PAUSE_MS = 300_000;

export interface Connection {
  ready(): boolean;
  stop(): Promise<void>;
}

/** `connected` is told the courier, now or when the platform can be reached. Throws AppError('bad_config') for a refused token. */
export async function connect<P extends Platform>(
  { log }: { log: Logger },
  start: () => Promise<Gateway<P>>,
  connected: (courier: Courier<P>) => void,
): Promise<Connection> {
  let gateway: Gateway<P> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const attempt = async (pauseMs: number): Promise<void> => {
    try {
      gateway = await start();
      connected(gateway.courier);
    } catch (caught) {
      const error = toAppError(caught);
      if (error.code === 'bad_config') throw error;
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
      clearTimeout(timer);
      await gateway?.stop();
    },
  };
}
