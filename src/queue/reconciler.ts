/** Puts back into the queue what a crash, or an emptied Redis, left only in the records. */
import type { Logger } from '../core/log.ts';
import type { Records } from '../core/records.ts';
import type { Broker } from './broker.ts';
import { createLoop, type Loop } from './loop.ts';

export interface ReconcilerDeps {
  records: Pick<Records, 'strays' | 'find' | 'acknowledge'>;
  broker: Pick<Broker, 'has' | 'enqueue' | 'age'>;
  log: Logger;
}

export interface ReconcilerOptions {
  everyMs: number;
  /** Younger ones are still on their way in. */
  olderThanMs: number;
  /** What a waiting job gains one place for. */
  agingMs: number;
}

export const RECONCILER_OPTIONS: ReconcilerOptions = { everyMs: 10_000, olderThanMs: 20_000, agingMs: 30_000 };

export const startReconciler = (deps: ReconcilerDeps, options: ReconcilerOptions = RECONCILER_OPTIONS): Loop =>
  createLoop({ log: deps.log, everyMs: options.everyMs, name: 'reconciler' }, async () => {
    await reconcile(deps, options.olderThanMs);
    await deps.broker.age(options.agingMs);
  });

/** Answers how many it put back. Harmless to repeat: a job is added once, and claimed once. */
export async function reconcile(
  { records, broker, log }: Omit<ReconcilerDeps, 'broker'> & { broker: Pick<Broker, 'has' | 'enqueue'> },
  olderThanMs: number,
): Promise<number> {
  let added = 0;
  for (const { id, turn, status } of await records.strays(olderThanMs)) {
    if (status === 'received') {
      // Its process died around the acknowledgement. The person may have seen it accepted, so it runs.
      const generation = await records.find(id);
      if (generation) await records.acknowledge(id, generation.address);
    }
    if (await broker.has(id)) continue;
    await broker.enqueue({ v: 1, generationId: id }, { priority: turn });
    added++;
  }
  if (added) log.info({ added }, 'jobs put back into the queue');
  return added;
}
