/** Deletes what was handed in and nothing was made from for a day. */
import type { Logger } from '../core/log.ts';
import type { ObjectStore, Records } from '../core/records.ts';
import { createLoop, type Loop } from './loop.ts';

export interface CleanerDeps {
  records: Pick<Records, 'forgetHandedIn'>;
  objects: Pick<ObjectStore, 'delete'>;
  log: Logger;
}

export interface CleanerOptions {
  everyMs: number;
  olderThanMs: number;
}

export const CLEANER_OPTIONS: CleanerOptions = { everyMs: 15 * 60_000, olderThanMs: 24 * 3_600_000 };

export const startCleaner = (deps: CleanerDeps, options: CleanerOptions = CLEANER_OPTIONS): Loop =>
  createLoop({ log: deps.log, everyMs: options.everyMs, name: 'cleaner' }, () => clean(deps, options.olderThanMs));

/** Answers how many objects it deleted. */
export async function clean({ records, objects, log }: CleanerDeps, olderThanMs: number): Promise<number> {
  const keys = await records.forgetHandedIn(olderThanMs);
  for (const key of keys)
    await objects.delete(key).catch((err) => log.error({ err, key }, 'could not delete a picture that was handed in'));
  if (keys.length) log.info({ deleted: keys.length }, 'pictures that nothing was made from deleted');
  return keys.length;
}
