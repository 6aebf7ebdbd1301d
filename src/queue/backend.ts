/** Where BullMQ keeps its jobs: what Redis and Postgres have to offer the broker. */
import type { IQueueBackend, withBackend } from 'bullmq';

/** BullMQ's classes bound to a datastore of either kind. */
export type Classes = ReturnType<typeof withBackend<IQueueBackend, unknown>>;

export interface Backend {
  /** For the start-up line, such as `Redis 7.0.15 at 127.0.0.1:6379`. */
  description: string;
  classes: Classes;
  /** Connection for those who add jobs: fails at once when the datastore is down. */
  producer: unknown;
  /** Connection for those who wait for jobs and events: waits for the datastore to come back. */
  consumer: unknown;
  /** Resolves when the datastore answers; rejects at once when it does not. */
  ping: () => Promise<void>;
  /** After everything made from `classes` is closed. */
  close: () => Promise<void>;
}
