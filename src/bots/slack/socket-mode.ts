/** Keeps one Socket Mode connection open, for as long as the bot lives. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger as BoltLogger, SocketModeReceiver } from '@slack/bolt';
import type { Logger } from '../../core/log.ts';
import { isTokenError } from './identity.ts';

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5000;

export interface Connection {
  receiver: SocketModeReceiver;
  connected(): boolean;
  /** Resolves at the first connection or, when Slack does not answer, after a few tries: it goes on trying. Throws when the token is wrong. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Bolt's own reconnection waits five seconds, gives up on a refused connection and then ends the process by an unhandled
 * rejection. So it is switched off, and this loop reconnects: at once after a drop, then at growing intervals.
 */
export function socketMode(
  { log, logger }: { log: Logger; logger: BoltLogger },
  { appToken, apiUrl }: { appToken: string; apiUrl: string },
): Connection {
  const receiver = new SocketModeReceiver({
    appToken,
    logger,
    autoReconnectEnabled: false,
    // Its own object: the receiver writes its retry policy into it.
    installerOptions: { clientOptions: { slackApiUrl: apiUrl, timeout: 10_000, retryConfig: { retries: 0 } } },
  });
  const { client } = receiver;
  const stopping = new AbortController();
  let connected = false;
  let loop: Promise<void> = Promise.resolve();

  async function keep(onFirst: (failure?: unknown) => void): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    for (let tries = 1; !stopping.signal.aborted; tries++) {
      try {
        await receiver.start();
        if (stopping.signal.aborted) return void (await client.disconnect()); // it came up while we went down
        connected = true;
        pause = FIRST_PAUSE_MS;
        onFirst();
        log.info({ tries }, 'slack connected');
        await new Promise<void>((resolve) => client.once('disconnected', () => resolve()));
        connected = false;
        tries = 0;
        if (!stopping.signal.aborted) log.info('slack connection ended');
      } catch (error) {
        log.warn({ err: error, pause }, 'slack connection failed');
        if (isTokenError(error)) onFirst(error);
        if (tries >= 3) onFirst();
        await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
        pause = Math.min(MAX_PAUSE_MS, pause * 2);
      }
    }
  }

  return {
    receiver,
    connected: () => connected,
    start: () =>
      new Promise<void>((resolve, reject) => {
        loop = keep((failure) => (failure ? reject(failure as Error) : resolve()));
      }),
    async stop() {
      stopping.abort();
      const closed = client.disconnect().catch(() => undefined);
      await Promise.race([Promise.all([closed, loop]), sleep(2000, undefined, { ref: false })]);
      connected = false;
    },
  };
}
