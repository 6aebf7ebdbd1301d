/** Exponential back-off: first, 2·first, 4·first … up to max, ± 25 % so that a crowd does not come back at once. */
export const backoffMs = (
  attempt: number,
  { firstMs, maxMs }: { firstMs: number; maxMs: number },
  random: () => number = Math.random,
): number => Math.round(Math.min(maxMs, firstMs * 2 ** Math.max(0, attempt - 1)) * (0.75 + random() / 2));
