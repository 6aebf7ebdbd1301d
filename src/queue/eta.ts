/** How everybody in line stands: the fair order played through on the lanes there are, many times, as lately experienced. */
import { mulberry32 } from '../core/mulberry32.ts';
import type { Lanes, Line, Standing } from '../core/records.ts';
import { comingBy } from './newcomers.ts';
import { type Pace, paceOf } from './pace.ts';
import { openStage } from './stage.ts';

/** Lives of the line that are played through: fewer of a long one, whose chances even out. */
const RUNS = { most: 200, fewest: 40, jobs: 40_000 };
/** After so many jobs on average the next is drawn from another hour. Politis and Romano 1994, the stationary bootstrap. */
const HOUR = 6;
/** However many have come lately, this share of the engines they will not exceed for ever. */
const MOST_NEW = 0.7;
/** Of a longer line the first are played through, which takes some ten milliseconds; those behind wait in proportion. */
export const PLAYED = 500;

/** What can be done side by side, for all that somebody knows who has not heard of a worker. */
export const ONE_LANE: Lanes = { engines: 1, any: 1, light: 0 };

/**
 * Place and time of all that run, and of those of the line that were read. Whoever is behind something never seen before
 * gets no time.
 */
export function standings({ running, waiting, paces, newcomers }: Line, lanes: Lanes): Map<string, Standing> {
  const pace = paceOf(paces);
  const behind = waiting.findIndex(({ ahead }, i) => ahead !== i || i >= PLAYED);
  const first = behind < 0 ? waiting : waiting.slice(0, behind);
  const beyond = behind < 0 ? [] : waiting.slice(behind);
  const inLightLane = ({ light }: Line['waiting'][number]) => light && lanes.light > 0;
  const played = [...first, ...beyond.filter(inLightLane)];
  const ends = simulate(running, played, { pace, lanes: roomFor(running, lanes), newcomers, inOrder: first.length });

  const all = new Map<string, Standing>();
  for (const [i, { id }] of running.entries()) all.set(id, { ahead: 0, ...times(ends[i]) });
  let lightOnes = 0;
  for (const [i, job] of played.entries()) {
    const ahead = inLightLane(job) ? Math.min(job.ahead, lightOnes++) : job.ahead;
    all.set(job.id, { ahead, ...times(ends[running.length + i]) });
  }
  const last = first.at(-1);
  for (const { id, ahead, aheadMs, estimateMs } of beyond.filter((job) => !inLightLane(job))) {
    const times = last && all.get(last.id);
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

/** At least what runs has lanes, whatever was said. */
function roomFor(running: Line['running'], { engines, any, light }: Lanes): Lanes {
  const heavy = running.filter((job) => !job.light).length;
  return { engines: Math.max(1, engines), any: Math.max(any, heavy, running.length - light, 1), light };
}

interface Chances {
  pace: Pace;
  lanes: Lanes;
  newcomers: Line['newcomers'];
  /** So many of the waiting are the next in order; the others are the next that are light. */
  inOrder: number;
}

/**
 * Sorted end times, milliseconds from now, of the running and then of the waiting; none where it is not known. Jobs that
 * run share the engines evenly (processor sharing).
 */
function simulate(
  running: Line['running'],
  waiting: Line['waiting'],
  { pace, lanes, newcomers, inOrder }: Chances,
): (Float64Array | undefined)[] {
  const jobs = [...running, ...waiting];
  const expected = jobs.map((job) => pace.expectedMs(job));
  if (jobs.length === 0 || expected.slice(0, running.length).includes(undefined)) return [];
  const untilUnknown = (of: number[]) => {
    const unknown = of.findIndex((i) => expected[running.length + i] === undefined);
    return unknown < 0 ? of : of.slice(0, unknown);
  };
  const everybody = waiting.map((_, i) => i);
  const order = untilUnknown(everybody.slice(0, inOrder));
  const lights = lanes.light > 0 ? untilUnknown(everybody.filter((i) => waiting[i]!.light)) : [];
  const followed = new Set([...order, ...lights]).size + running.length;

  const runs = Math.min(RUNS.most, Math.max(RUNS.fewest, Math.floor(RUNS.jobs / jobs.length)));
  const ends = jobs.map((): Float64Array | undefined => undefined);
  for (const i of [...running.keys(), ...[...order, ...lights].map((i) => running.length + i)])
    ends[i] = new Float64Array(runs);
  const random = mulberry32(jobs.length); // the same line has the same answer
  const sorted = [...pace.ratios].sort((a, b) => a - b);
  const shareNow = Math.min(1, lanes.engines / Math.max(1, running.length));
  const doneMs = running.map(({ forMs }) => forMs * shareNow);
  const longer = doneMs.map((ms, i) => sorted.filter((ratio) => ratio * expected[i]! > ms));
  const usual = sorted.reduce((sum, ratio) => sum + ratio, 0) / Math.max(1, sorted.length);
  const perMs = Math.min(newcomers.perMs, (MOST_NEW * lanes.engines) / Math.max(1, newcomers.meanMs * usual));

  for (let run = 0; run < runs; run++) {
    const draw = experience(pace.ratios, random);
    const arrivals = comingBy(perMs, random);
    const stage = openStage(lanes);
    for (const [i, { light }] of running.entries())
      stage.start(i, remaining(expected[i]!, doneMs[i]!, longer[i]!, random), light);
    const begun = new Uint8Array(waiting.length);
    const start = (i: number, light: boolean) => {
      begun[i] = 1;
      const at = running.length + i;
      stage.start(at, Math.max(0, waiting[i]!.inMs - stage.now()) + expected[at]! * draw(), light);
    };
    let [next, nextLight, clock, ended] = [0, 0, 0, 0];
    const fill = () => {
      while (nextLight < lights.length && (begun[lights[nextLight]!] || stage.freeLight() > 0)) {
        if (!begun[lights[nextLight]!]) start(lights[nextLight]!, true);
        nextLight++;
      }
      while (stage.freeAny() > 0) {
        while (next < order.length && begun[order[next]!]) next++;
        // Whoever came while the clock was not yet here goes first.
        const turn = next < order.length ? waiting[order[next]!]!.start : Number.POSITIVE_INFINITY;
        if (arrivals.before(stage.now(), clock) < turn) {
          arrivals.take();
          stage.start(-1, newcomers.meanMs * draw(), false);
        } else if (next < order.length) {
          clock = turn;
          start(order[next++]!, false);
        } else return;
      }
    };
    while (ended < followed) {
      fill();
      if (!stage.isBusy()) break;
      const job = stage.advance(stage.freeAny() > 0 ? arrivals.nextAt() : Number.POSITIVE_INFINITY);
      if (job === undefined || job < 0) continue; // somebody came, or a newcomer went
      ends[job]![run] = stage.now();
      ended++;
    }
  }
  return ends.map((of) => of?.sort());
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

const times = (ends: Float64Array | undefined) =>
  ends && { etaSeconds: seconds(ends, 0.5), etaHighSeconds: seconds(ends, 0.9) };

const seconds = (sorted: Float64Array, share: number): number =>
  tenths(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]! / 1000);

const tenths = (value: number): number => Math.max(0.1, Math.round(value * 10) / 10);
