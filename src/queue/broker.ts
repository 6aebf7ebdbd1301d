/** Carries jobs and signals between processes. BullMQ does the work and stays hidden; nothing here is the truth. */
import { randomUUID } from 'node:crypto';
import type { Job } from '../core/job.ts';
import type { Logger } from '../core/log.ts';
import type { Backend } from './backend.ts';
import { consume, type Handler, type Working } from './consumer.ts';
import { openPostgres } from './postgres.ts';
import { openRedis } from './redis.ts';
import { type Signal, SignalEvent } from './signal.ts';
import { within } from './within.ts';

/** Calls for any worker's lanes, and calls for those that are kept free for light work. */
const NAMES = { any: 'generations', light: 'light' } as const;
export type LaneKind = keyof typeof NAMES;
/** A datastore that is down cannot be taken leave of politely. */
const CLOSE_MS = 3_000;

export interface Broker {
  description: string;
  /** Some lane of that kind will be called for it. Which generation that one takes, the records decide. */
  enqueue(job: Job, lane?: LaneKind): Promise<void>;
  work(handler: Handler, options: { concurrency: number; lane?: LaneKind }): Working;
  /** To every process, this one included. Best effort: never throws. */
  publish(signal: Signal): Promise<void>;
  /** Answers how to stop listening. */
  onSignal(listener: (signal: Signal) => void): () => void;
  /** Calls that no lane of that kind has answered yet. */
  depth(lane?: LaneKind): Promise<number>;
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

export async function openBroker({ redisUrl, databaseUrl, log, lockMs = 15_000 }: BrokerOptions): Promise<Broker> {
  const backend: Backend = redisUrl
    ? await openRedis({ url: redisUrl, log })
    : await openPostgres({ url: databaseUrl });
  const complain = createComplaint(log);
  const { Queue, QueueEvents, QueueEventsProducer } = backend.classes;
  const adding = { connection: backend.producer, skipWaitingForReady: true };
  const queues = {
    any: new Queue(NAMES.any, adding).on('error', complain),
    light: new Queue(NAMES.light, adding).on('error', complain),
  };
  const producer = new QueueEventsProducer(NAMES.any, adding).on('error', complain);
  const events = new QueueEvents(NAMES.any, { connection: backend.consumer }).on('error', complain);
  const parts = [events, producer, queues.any, queues.light];
  await Promise.all(parts.map((part) => part.waitUntilReady()));

  const listeners = new Set<(signal: Signal) => void>();
  const onSignal = (event: unknown) => {
    const { data } = SignalEvent.safeParse(event);
    if (data) for (const listener of listeners) listener(data.signal);
  };
  events.on('signal' as never, onSignal as never);

  return {
    description: backend.description,

    async enqueue(job, lane = 'any') {
      await queues[lane].add('generate', job, {
        jobId: randomUUID(), // BullMQ's own count begins again in an emptied Redis
        attempts: 1, // attempts are counted in the records
        removeOnComplete: true,
        removeOnFail: true,
      });
    },

    work: (handler, { concurrency, lane = 'any' }) =>
      consume({ backend, complain, log }, { name: NAMES[lane], concurrency, lockMs }, handler),

    async publish(signal) {
      await producer
        .publishEvent({ eventName: 'signal', signal: JSON.stringify(signal) })
        .catch((err) => log.debug({ err, kind: signal.kind }, 'signal lost'));
    },
    onSignal(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    async depth(lane = 'any') {
      const counts = await queues[lane].getJobCounts('waiting', 'delayed');
      return Object.values(counts).reduce((sum, count) => sum + count, 0);
    },
    ping: backend.ping,
    async close() {
      const closed = Promise.allSettled(parts.map((part) => part.close()));
      if (!(await within(CLOSE_MS, closed))) for (const part of parts) part.disconnect().catch(() => {});
      await backend.close();
    },
  };
}

/** The same trouble, however often it is reported, is one line every half minute. */
function createComplaint(log: Logger): (err: Error) => void {
  const told = new Map<string, number>();
  return (err) => {
    const now = Date.now();
    if (now - (told.get(err.message) ?? 0) < 30_000) return;
    if (told.size > 100) told.clear();
    told.set(err.message, now);
    log.warn({ reason: err.message }, 'queue trouble; it goes on'); // a driver's error holds its client
  };
}
