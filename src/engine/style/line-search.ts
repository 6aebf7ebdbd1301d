/** How far to go along a direction: the strong Wolfe conditions. Nocedal & Wright 2006, algorithms 3.5 and 3.6. */
import type { Evaluation, Vector } from './objective.ts';

/** A point of the line, at `step` times the direction from where it starts. */
export interface Trial<V extends Vector> extends Evaluation<V> {
  step: number;
  x: V;
  /** Slope along the line. */
  along: number;
}

/** Of the decrease that the slope promises, the share there must be. */
const SUFFICIENT = 1e-4;
/** Of the slope, the share that may be left. */
const CURVATURE = 0.9;
const MOST_TRIALS = 20;

/**
 * Answers a point that fulfils both conditions; after too many trials one that is lower than the start, if any was; and
 * undefined where there is no way down.
 */
export async function wolfeStep<V extends Vector>(
  at: (step: number) => Promise<Trial<V>>,
  start: Trial<V>,
  first: number,
): Promise<Trial<V> | undefined> {
  let lowest: Trial<V> | undefined;
  let trials = 0;
  const low = (t: Trial<V>) => t.value <= start.value + SUFFICIENT * t.step * start.along;
  const flat = (t: Trial<V>) => Math.abs(t.along) <= -CURVATURE * start.along;
  const look = async (step: number) => {
    trials++;
    const trial = await at(step);
    if (low(trial) && trial.value < (lowest ?? start).value) lowest = trial;
    return trial;
  };

  /** Between a point that is low and one beyond a valley; which of them is farther along does not matter. */
  async function zoom(lo: Trial<V>, hi: Trial<V>): Promise<Trial<V> | undefined> {
    while (trials < MOST_TRIALS && Math.abs(hi.step - lo.step) > 1e-9 * Math.max(lo.step, hi.step)) {
      const trial = await look(between(lo, hi));
      if (!low(trial) || !(trial.value < lo.value)) hi = trial;
      else {
        if (flat(trial)) return trial;
        if (trial.along * (hi.step - lo.step) >= 0) hi = lo;
        lo = trial;
      }
    }
    return lowest;
  }

  let before = start;
  for (let step = first; trials < MOST_TRIALS; step *= 2) {
    const trial = await look(step);
    if (!low(trial) || (before !== start && trial.value >= before.value)) return zoom(before, trial);
    if (flat(trial)) return trial;
    if (trial.along >= 0) return zoom(trial, before);
    before = trial;
  }
  return lowest;
}

/** The lowest point of the cubic through two values and slopes (eq. 3.59), kept away from the ends. */
function between<V extends Vector>(a: Trial<V>, b: Trial<V>): number {
  const width = b.step - a.step;
  const d1 = a.along + b.along - (3 * (b.value - a.value)) / width;
  const d2 = Math.sign(width) * Math.sqrt(d1 * d1 - a.along * b.along);
  const share = 1 - (b.along + d2 - d1) / (b.along - a.along + 2 * d2);
  return a.step + width * (Number.isFinite(share) ? Math.min(0.95, Math.max(0.05, share)) : 0.5);
}
