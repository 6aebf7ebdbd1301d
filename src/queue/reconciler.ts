/** Puts back into the queue what a crash, or an emptied Redis, left only in the records. */
import type { Logger } from '../core/log.ts';
import type { Records } from '../core/records.ts';
import type { Broker } from './broker.ts';
import { createLoop, type Loop } from './loop.ts';

export interface ReconcilerDeps {
  records: Pick<Records, 'adopt' | 'unserved'>;
  broker: Pick<Broker, 'depth' | 'enqueue'>;
  log: Logger;
}

export interface ReconcilerOptions {
  everyMs: number;
  /** Orders younger than that are still being acknowledged. */
  olderThanMs: number;
}

export const RECONCILER_OPTIONS: ReconcilerOptions = { everyMs: 10_000, olderThanMs: 20_000 };

export const startReconciler = (deps: ReconcilerDeps, options: ReconcilerOptions = RECONCILER_OPTIONS): Loop =>
  createLoop({ log: deps.log, everyMs: options.everyMs, name: 'reconciler' }, () =>
    reconcile(deps, options.olderThanMs),
  );

/**
 * As many jobs in the queue as there are generations that want a worker: which is which does not matter. One too many is
 * harmless, it finds nothing to claim. Answers how many it added.
 */
export async function reconcile({ records, broker, log }: ReconcilerDeps, olderThanMs: number): Promise<number> {
  await records.adopt(olderThanMs);
  const depth = await broker.depth(); // first: what is claimed meanwhile must not look lost
  const missing = (await records.unserved()).slice(depth);
  for (const generationId of missing) await broker.enqueue({ v: 1, generationId });
  if (missing.length) log.info({ added: missing.length }, 'jobs put back into the queue');
  return missing.length;
}
