/** When a job will probably be done, from how long recent ones took. */

/** Below this many finished jobs we would be guessing. */
const ENOUGH = 3;

/**
 * Whole seconds until the picture, or undefined without history. `rates`: recent run times per cost unit, milliseconds;
 * `cost`: of this job; `ahead`: jobs that start before it, taken to be like it; `lanes`: jobs run side by side.
 */
export function etaSeconds({
  rates,
  cost,
  ahead,
  lanes = 1,
}: {
  rates: readonly number[];
  cost: number;
  ahead: number;
  lanes?: number;
}): number | undefined {
  if (rates.length < ENOUGH) return undefined;
  return Math.max(1, Math.ceil((median(rates) * cost * (1 + ahead / lanes)) / 1000));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
