/** Nobody waits for ever behind newcomers: a waiting job gains one place in line for every so much time. */
import type { Classes } from './backend.ts';

/** Those further back are looked at when they have come nearer. */
const LOOKED_AT = 1_000;

/** Idempotent: the place follows from the priority a job came with and how long it has waited. Answers how many moved. */
export async function age(queue: InstanceType<Classes['Queue']>, stepMs: number): Promise<number> {
  let moved = 0;
  for (const job of await queue.getJobs(['prioritized'], 0, LOOKED_AT - 1, true)) {
    const gained = Math.floor((Date.now() - job.timestamp) / stepMs);
    const priority = Math.max(1, (job.opts.priority ?? 1) - gained);
    if (priority >= job.priority) continue;
    const changed = await job.changePriority({ priority }).then(
      () => true,
      () => false, // it has just been taken
    );
    if (changed) moved++;
  }
  return moved;
}
