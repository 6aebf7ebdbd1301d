/** c(R): what a call of R rows takes, measured as it is made, and how many rows are worth a call. */

/** One more doubling is taken while it gains so much in rows per second. */
const GAIN = 1.05;
/** Calls of a size before it is judged: the first one also sizes the runtime's buffers. */
const SAMPLES = 3;
const REMEMBERED = 8;
/** Calls after which everything is measured anew: machines get other work. */
const LIFETIME = 512;

export interface CostCurve {
  observe(rows: number, ms: number): void;
  /** The smallest of these sizes whose next gains less than 5 %; or the next that is not known yet. */
  size(): number;
  /** Milliseconds a row takes at the size that was seen most lately; 1 before anything was. */
  share(): number;
}

/** `sizes`: rising; the first is always possible. */
export function createCostCurve(sizes: readonly number[]): CostCurve {
  const seen = new Map<number, number[]>();
  let calls = 0;
  let last = 1;
  const rate = (size: number) => size / Math.min(...seen.get(size)!); // the least is least disturbed by others' work
  const judge = (): number => {
    let best = sizes[0]!;
    if (!isKnown(best)) return best;
    for (const size of sizes.slice(1)) {
      if (!isKnown(size)) return size;
      if (rate(size) < GAIN * rate(best)) break;
      best = size;
    }
    return best;
  };
  let chosen = sizes[0]!;
  const isKnown = (size: number) => (seen.get(size)?.length ?? 0) >= SAMPLES;
  return {
    observe(rows, ms) {
      if (++calls % LIFETIME === 0) seen.clear();
      seen.set(rows, [ms, ...(seen.get(rows) ?? [])].slice(0, REMEMBERED));
      last = ms / rows;
      chosen = judge();
    },
    size: () => chosen,
    share: () => last,
  };
}

/** Doublings from the fewest to the most rows, and the most itself. */
export function sizesBetween(fewest: number, most: number): number[] {
  const sizes = [];
  for (let size = fewest; size < most; size *= 2) sizes.push(size);
  return [...sizes, most];
}
