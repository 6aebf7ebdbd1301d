/** How everybody in line stands: the fair order played through on the lanes there are, many times, as lately experienced. */
import type { Line, Standing } from '../core/records.ts';
import { fairOrder } from './fair-order.ts';
import { type Pace, paceOf } from './pace.ts';

/** Lives of the whole line that are played through: fewer of a long one, whose chances even out. */
const RUNS = { most: 200, fewest: 20, jobs: 40_000 };
/** After so many jobs on average the next is drawn from another hour. Politis and Romano 1994, the stationary bootstrap. */
const HOUR = 6;

/** Place and time of all that wait or run. `lanes`: jobs run side by side. Those behind something never seen before get no time. */
export function standings(line: Line, lanes: number): Map<string, Standing> {
  const order = fairOrder(line.waiting);
  const pace = paceOf(line.paces);
  const jobs = [...line.running, ...order];
  const expected = jobs.map((job) => pace.expectedMs(job));
  const unknown = expected.indexOf(undefined);
  const known = unknown < 0 ? jobs.length : unknown < line.running.length ? 0 : unknown;
  const times = simulate(line, order.slice(0, Math.max(0, known - line.running.length)), {
    expected: expected.slice(0, known) as number[],
    pace,
    lanes: Math.max(lanes, line.running.length, 1),
  });
  return new Map(
    jobs.map(({ id }, i) => {
      const ends = times[i];
      return [
        id,
        {
          ahead: Math.max(0, i - line.running.length),
          ...(ends && { etaSeconds: seconds(ends, 0.5), etaHighSeconds: seconds(ends, 0.9) }),
        },
      ];
    }),
  );
}

/** Sorted end times, milliseconds from now, of the running and then of `order`. */
function simulate(
  { running }: Line,
  order: Line['waiting'],
  { expected, pace, lanes }: { expected: number[]; pace: Pace; lanes: number },
): Float64Array[] {
  if (expected.length === 0) return [];
  const runs = Math.min(RUNS.most, Math.max(RUNS.fewest, Math.floor(RUNS.jobs / expected.length)));
  const ends = expected.map(() => new Float64Array(runs));
  const random = mulberry32(expected.length); // the same line has the same answer
  const sorted = [...pace.ratios].sort((a, b) => a - b);
  for (let run = 0; run < runs; run++) {
    const draw = experience(pace.ratios, random);
    const free = new Float64Array(lanes);
    for (const [i, { forMs }] of running.entries()) {
      free[i] = remaining(expected[i]!, forMs, sorted, random);
      ends[i]![run] = free[i]!;
    }
    for (const [i, { inMs }] of order.entries()) {
      const at = running.length + i;
      const lane = free.indexOf(Math.min(...free));
      free[lane] = Math.max(free[lane]!, inMs) + expected[at]! * draw();
      ends[at]![run] = free[lane]!;
    }
  }
  return ends.map((of) => of.sort());
}

/** What is left of a job that runs for so long already: one of those that took longer than that, or a little more. */
function remaining(expectedMs: number, forMs: number, sorted: readonly number[], random: () => number): number {
  const longer = sorted.filter((ratio) => ratio * expectedMs > forMs);
  if (longer.length === 0) return -Math.log(1 - random()) * 0.2 * forMs;
  return longer[Math.floor(random() * longer.length)]! * expectedMs - forMs;
}

/** Ratios one after another as they were, now and then from somewhere else. */
function experience(ratios: readonly number[], random: () => number): () => number {
  let at = Math.floor(random() * ratios.length);
  return () => {
    at = random() < 1 / HOUR ? Math.floor(random() * ratios.length) : (at + 1) % ratios.length;
    return ratios[at]!;
  };
}

const seconds = (sorted: Float64Array, share: number): number =>
  Math.max(1, Math.ceil(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]! / 1000));

/** A small seeded generator. */
function mulberry32(state: number): () => number {
  let s = state;
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
