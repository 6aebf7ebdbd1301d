/** Carries jobs and signals between processes. BullMQ does the work and stays hidden; nothing here is the truth. */
import { DelayedError } from 'bullmq';
import { z } from 'zod';
import type { Job } from '../core/job.ts';
import type { Logger } from '../core/log.ts';
import type { Backend } from './backend.ts';
import { openPostgres } from './postgres.ts';
import { openRedis } from './redis.ts';
import { Signal } from './signal.ts';

const NAME = 'generations';
const MAX_PRIORITY = 2 ** 21 - 1;

/** Does one job. To see it again later, answers in how many milliseconds. */
export type Handler = (job: unknown) => Promise<{ againInMs: number } | undefined>;

export interface Working {
  /** Takes no more; resolves when the jobs at hand have ended. */
  stop(): Promise<void>;
}

export interface Broker {
  description: string;
  /** Lower priority numbers go first; equal ones in order of arrival. A job that is already there is not added again. */
  enqueue(job: Job, options: { priority: number }): Promise<void>;
  has(generationId: string): Promise<boolean>;
  remove(generationId: string): Promise<void>;
  work(handler: Handler, options: { concurrency: number }): Working;
  /** To every process, this one included. Best effort: never throws. */
  publish(signal: Signal): Promise<void>;
  /** Answers how to stop listening. */
  onSignal(listener: (signal: Signal) => void): () => void;
  /** Jobs waiting or delayed. */
  depth(): Promise<number>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface BrokerOptions {
  redisUrl?: string | undefined;
  databaseUrl: string;
  log: Logger;
  /** How long a silent worker's job stays its own, milliseconds. */
  lockMs?: number;
}

export async function openBroker({ redisUrl, databaseUrl, log, lockMs = 30_000 }: BrokerOptions): Promise<Broker> {
  const backend: Backend = redisUrl
    ? await openRedis({ url: redisUrl, log })
    : await openPostgres({ url: databaseUrl });
  const noteError = (err: Error) => log.debug({ err }, 'queue error');
  const { Queue, QueueEvents, QueueEventsProducer, Worker } = backend.classes;
  const [adding, waiting] = [
    { connection: backend.producer, skipWaitingForReady: true },
    { connection: backend.consumer },
  ];
  const queue = new Queue(NAME, adding).on('error', noteError);
  const producer = new QueueEventsProducer(NAME, adding).on('error', noteError);
  const events = new QueueEvents(NAME, waiting).on('error', noteError);
  await Promise.all([queue.waitUntilReady(), producer.waitUntilReady(), events.waitUntilReady()]);

  const listeners = new Set<(signal: Signal) => void>();
  const onSignal = (event: unknown) => {
    const { data } = Envelope.safeParse(event);
    if (data) for (const listener of listeners) listener(data.signal);
  };
  events.on('signal' as never, onSignal as never);

  return {
    description: backend.description,

    async enqueue(job, { priority }) {
      await queue.add('generate', job, {
        jobId: idOf(job.generationId),
        priority: Math.min(Math.max(1, priority), MAX_PRIORITY),
        attempts: 1, // attempts are counted in the records
        removeOnComplete: true,
        removeOnFail: true,
      });
    },
    has: async (generationId) => (await queue.getJobState(idOf(generationId))) !== 'unknown',
    remove: async (generationId) => void (await queue.remove(idOf(generationId))),

    work(handler, { concurrency }) {
      const worker = new Worker(
        NAME,
        async (bull, token) => {
          const again = await handler(bull.data);
          if (!again) return null;
          await bull.moveToDelayed(Date.now() + again.againInMs, token);
          throw new DelayedError();
        },
        {
          ...waiting,
          concurrency,
          lockDuration: lockMs,
          stalledInterval: lockMs,
          maxStalledCount: 10, // ten killed workers do not make a job bad; the records count what does
        },
      )
        .on('error', noteError)
        .on('failed', (job, err) => log.warn({ jobId: job?.id, err }, 'job left the queue unfinished'));
      return { stop: () => worker.close() };
    },

    async publish(signal) {
      await producer
        .publishEvent({ eventName: 'signal', signal: JSON.stringify(signal) })
        .catch((err) => log.debug({ err, kind: signal.kind }, 'signal lost'));
    },
    onSignal(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    async depth() {
      const counts = await queue.getJobCounts('waiting', 'prioritized', 'delayed');
      return Object.values(counts).reduce((sum, count) => sum + count, 0);
    },
    ping: backend.ping,
    async close() {
      await Promise.allSettled([events.close(), producer.close(), queue.close()]);
      await backend.close();
    },
  };
}

const idOf = (generationId: string) => `g-${generationId}`;

const Envelope = z.object({
  signal: z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' });
        return z.NEVER;
      }
    })
    .pipe(Signal),
});
