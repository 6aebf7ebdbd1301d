/** How everybody in line stands: the fair order played through on the lanes there are, many times, as lately experienced. */
import type { Line, Standing } from '../core/records.ts';
import { type Pace, paceOf } from './pace.ts';

/** Lives of the line that are played through: fewer of a long one, whose chances even out. */
const RUNS = { most: 200, fewest: 40, jobs: 40_000 };
/** After so many jobs on average the next is drawn from another hour. Politis and Romano 1994, the stationary bootstrap. */
const HOUR = 6;
/** However many have come lately, this share of the lanes they will not exceed for ever. */
const MOST_NEW = 0.7;
/** Of a longer line the first are played through, which takes some ten milliseconds; those behind wait in proportion. */
export const PLAYED = 500;

/**
 * Place and time of all that run, and of those of the line that were read. `lanes`: jobs run side by side. Whoever is
 * behind something never seen before gets no time.
 */
export function standings({ running, waiting, paces, newcomers }: Line, lanes: number): Map<string, Standing> {
  const pace = paceOf(paces);
  const behind = waiting.findIndex(({ ahead }, i) => ahead !== i || i >= PLAYED);
  const played = behind < 0 ? waiting : waiting.slice(0, behind);
  const jobs = [...running, ...played];
  const expected = jobs.map((job) => pace.expectedMs(job));
  const unknown = expected.indexOf(undefined);
  const known = unknown < 0 ? jobs.length : unknown < running.length ? 0 : unknown;
  const ends = simulate(running, played.slice(0, Math.max(0, known - running.length)), {
    expected: expected.slice(0, known) as number[],
    pace,
    lanes: Math.max(lanes, running.length, 1),
    newcomers,
  });
  const all = new Map<string, Standing>();
  for (const [i, { id }] of jobs.entries())
    all.set(id, { ahead: Math.max(0, i - running.length), ...(ends[i] && times(ends[i])) });
  const last = played.at(-1);
  for (const { id, ahead, aheadMs, estimateMs } of waiting.slice(played.length)) {
    const times = last && known === jobs.length ? all.get(last.id) : undefined;
    const further = last ? (aheadMs + estimateMs) / (last.aheadMs + last.estimateMs) : 1;
    all.set(id, {
      ahead,
      ...(times?.etaSeconds && {
        etaSeconds: tenths(times.etaSeconds * further),
        etaHighSeconds: tenths(times.etaHighSeconds! * further),
      }),
    });
  }
  return all;
}

interface Chances {
  /** Milliseconds, of the running and then of the waiting. */
  expected: number[];
  pace: Pace;
  lanes: number;
  newcomers: Line['newcomers'];
}

/** Sorted end times, milliseconds from now, of the running and then of the waiting. */
function simulate(
  running: Line['running'],
  waiting: Line['waiting'],
  { expected, pace, lanes, newcomers }: Chances,
): Float64Array[] {
  if (expected.length === 0) return [];
  const runs = Math.min(RUNS.most, Math.max(RUNS.fewest, Math.floor(RUNS.jobs / expected.length)));
  const ends = expected.map(() => new Float64Array(runs));
  const random = mulberry32(expected.length); // the same line has the same answer
  const sorted = [...pace.ratios].sort((a, b) => a - b);
  const longer = running.map(({ forMs }, i) => sorted.filter((ratio) => ratio * expected[i]! > forMs));
  const free = new Float64Array(lanes);
  const perMs = Math.min(newcomers.perMs, (MOST_NEW * lanes) / Math.max(1, newcomers.meanMs));
  for (let run = 0; run < runs; run++) {
    const draw = experience(pace.ratios, random);
    free.fill(0);
    for (const [i, { forMs }] of running.entries()) {
      free[i] = remaining(expected[i]!, forMs, longer[i]!, random);
      ends[i]![run] = free[i]!;
    }
    const arrivals = comingBy(perMs, random);
    let clock = 0;
    for (const [i, { inMs, start }] of waiting.entries()) {
      const at = running.length + i;
      let lane = first(free);
      // Whoever came while the clock was not yet here goes first.
      for (; arrivals.before(free[lane]!, clock) < start; lane = first(free)) {
        arrivals.take();
        free[lane] = free[lane]! + newcomers.meanMs * draw();
      }
      clock = start;
      free[lane] = Math.max(free[lane]!, inMs) + expected[at]! * draw();
      ends[at]![run] = free[lane]!;
    }
  }
  return ends.map((of) => of.sort());
}

function first(free: Float64Array): number {
  let best = 0;
  for (let lane = 1; lane < free.length; lane++) if (free[lane]! < free[best]!) best = lane;
  return best;
}

/** People who come one by one at random moments, and begin at the clock as it stands then. */
function comingBy(perMs: number, random: () => number) {
  const next = () => (perMs > 0 ? -Math.log(1 - random()) / perMs : Number.POSITIVE_INFINITY);
  let comesAt = next();
  const begin: number[] = [];
  return {
    /** Where the first of those who have come by then begins; nowhere if nobody has. */
    before(ms: number, clock: number): number {
      for (; comesAt <= ms; comesAt += next()) begin.push(clock);
      return begin[0] ?? Number.POSITIVE_INFINITY;
    },
    take: () => void begin.shift(),
  };
}

/** What is left of a job that runs for so long already: one of those that took longer than that, or a little more. */
function remaining(expectedMs: number, forMs: number, longer: readonly number[], random: () => number): number {
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

const times = (ends: Float64Array) => ({ etaSeconds: seconds(ends, 0.5), etaHighSeconds: seconds(ends, 0.9) });

const seconds = (sorted: Float64Array, share: number): number =>
  tenths(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]! / 1000);

const tenths = (value: number): number => Math.max(0.1, Math.round(value * 10) / 10);

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
