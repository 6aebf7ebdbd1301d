/** What measurements come down to. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** The value below which that share of them lies; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Of a straight line through the points, by least squares. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const down = points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  return down === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / down;
}

/** 1: everybody got the same; 1/n: one got all. Jain, Chiu, Hawe 1984. */
export function jain(shares: readonly number[]): number {
  const squares = shares.reduce((sum, share) => sum + share ** 2, 0);
  return squares === 0 ? 1 : shares.reduce((sum, share) => sum + share, 0) ** 2 / (shares.length * squares);
}

export const round = (value: number, digits = 1): number => Number(value.toFixed(digits));
