/** Puts back into the queue what a crash, or an emptied Redis, left only in the records. */
import type { Logger } from '../core/log.ts';
import type { Records } from '../core/records.ts';
import type { Broker, LaneKind } from './broker.ts';
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
 * As many calls in the queue as there are generations that want a lane of that kind: which is which does not matter. One
 * too many is harmless, it finds nothing to claim. Answers how many it added.
 */
export async function reconcile({ records, broker, log }: ReconcilerDeps, olderThanMs: number): Promise<number> {
  await records.adopt(olderThanMs);
  const depth = { any: await broker.depth('any'), light: await broker.depth('light') }; // first: what is claimed meanwhile must not look lost
  const unserved = await records.unserved();
  const add = async (lane: LaneKind, wanting: typeof unserved) => {
    const missing = wanting.slice(depth[lane]);
    for (const { id: generationId } of missing) await broker.enqueue({ v: 1, generationId }, lane);
    return missing.length;
  };
  const added =
    (await add('any', unserved)) +
    (await add(
      'light',
      unserved.filter(({ light }) => light),
    ));
  if (added) log.info({ added }, 'calls put back into the queue');
  return added;
}
