/** Takes jobs off the queue, some at a time, and keeps at it whatever happens to the datastore. */
import { DelayedError } from 'bullmq';
import type { Logger } from '../core/log.ts';
import type { Backend, Classes } from './backend.ts';

/** Does one job. To see it again later, answers in how many milliseconds. */
export type Handler = (job: unknown) => Promise<{ againInMs: number } | undefined>;

export interface Working {
  /** Takes no more; resolves when the jobs at hand have ended. */
  stop(): Promise<void>;
  /** Leaves at once; for when stop does not resolve. */
  abandon(): void;
}

export interface ConsumerDeps {
  backend: Backend;
  complain: (err: Error) => void;
  log: Logger;
}

const REOPEN_MS = 1_000;

export function consume(
  { backend, complain, log }: ConsumerDeps,
  { name, concurrency, lockMs }: { name: string; concurrency: number; lockMs: number },
  handler: Handler,
): Working {
  let stopped = false;
  let reopening: NodeJS.Timeout | undefined;
  let worker: InstanceType<Classes['Worker']>;

  const open = () => {
    worker = new backend.classes.Worker(
      name,
      async (bull, token) => {
        const again = await handler(bull.data);
        if (!again) return null;
        await bull.moveToDelayed(Date.now() + again.againInMs, token);
        throw new DelayedError();
      },
      {
        connection: backend.consumer,
        concurrency,
        lockDuration: lockMs,
        stalledInterval: lockMs,
        maxStalledCount: 10, // ten killed workers do not make a job bad; the records count what does
        runRetryDelay: 1_000,
      },
    );
    worker.on('error', complain);
    worker.on('failed', (job, err) => log.warn({ jobId: job?.id, err }, 'job left the queue unfinished'));
    worker.waitUntilReady().catch((err) => reopen(worker, err));
  };
  /** BullMQ never recovers from a connection that breaks before it was ready. */
  const reopen = (broken: typeof worker, err: unknown) => {
    if (stopped) return;
    log.warn({ err }, 'worker could not start; trying again');
    broken.close(true).catch(() => {});
    reopening = setTimeout(open, REOPEN_MS);
  };
  open();

  return {
    stop() {
      stopped = true;
      clearTimeout(reopening);
      return worker.close();
    },
    abandon: () => void worker.disconnect().catch(() => {}),
  };
}
