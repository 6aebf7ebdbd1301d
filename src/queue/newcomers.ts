/** People who have had nothing here lately, and may come while others wait. */

/** In one life of the line there are not more of them than that, however the dice fall. */
const MOST_COMING = 500;

/** People who come one by one at random moments, and begin at the clock as it stands then. */
export function comingBy(perMs: number, random: () => number) {
  const next = () => (perMs > 0 ? -Math.log(1 - random()) / perMs : Number.POSITIVE_INFINITY);
  let comesAt = next();
  let come = 0;
  const begin: number[] = [];
  return {
    nextAt: () => comesAt,
    /** Where the first of those who have come by then begins; nowhere if nobody has. */
    before(ms: number, clock: number): number {
      for (; comesAt <= ms; comesAt = ++come < MOST_COMING ? comesAt + next() : Number.POSITIVE_INFINITY)
        begin.push(clock);
      return begin[0] ?? Number.POSITIVE_INFINITY;
    },
    take: () => void begin.shift(),
  };
}
