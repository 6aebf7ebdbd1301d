/** Who starts when, if nobody else comes: the order in which the records will give the waiting ones out. */
import type { Line } from '../../../src/core/records.ts';

type Waiting = Line['waiting'][number];

/**
 * Start-time fair queueing: a person's jobs start at the virtual times at which those before them have been paid for, and
 * everybody's start in the order of these times. `waiting` in order of arrival, which decides between equals.
 */
export function fairOrder<W extends Pick<Waiting, 'personId' | 'served' | 'estimateMs' | 'weight'>>(
  waiting: readonly W[],
): (W & { start: number })[] {
  const paid = new Map<string, number>();
  const starts = waiting.map((job, arrival) => {
    const at = paid.get(job.personId) ?? job.served;
    paid.set(job.personId, at + job.estimateMs / job.weight);
    return { job, at, arrival };
  });
  return starts.sort((a, b) => a.at - b.at || a.arrival - b.arrival).map(({ job, at }) => ({ ...job, start: at }));
}
