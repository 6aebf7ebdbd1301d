/** A judge of two kinds: logistic regression on rows of features, for measures that ask which kind a picture seems to be. */
import type { Rows } from './statistics.ts';

/** A row → the probability that it is of the second kind. */
export type Judge = (row: ArrayLike<number>) => number;

/**
 * Least mean cross-entropy of standardised features plus λ/2 · |w|², by gradient descent from zero. The same rows give the
 * same judge.
 */
export function logisticJudge(first: Rows, second: Rows, { lambda = 0.05, steps = 600, rate = 0.3 } = {}): Judge {
  const rows = [...first, ...second];
  const width = rows[0]!.length;
  const centre = new Float64Array(width);
  const scale = new Float64Array(width);
  for (const row of rows) for (let j = 0; j < width; j++) centre[j]! += row[j]! / rows.length;
  for (const row of rows) for (let j = 0; j < width; j++) scale[j]! += (row[j]! - centre[j]!) ** 2 / rows.length;
  const standard = (row: ArrayLike<number>) =>
    Float64Array.from({ length: width }, (_, j) => (row[j]! - centre[j]!) / Math.sqrt(scale[j]! + 1e-12));
  const examples = rows.map(standard);
  const weights = new Float64Array(width);
  let bias = 0;
  const probability = (x: Float64Array) => 1 / (1 + Math.exp(-x.reduce((sum, v, j) => sum + v * weights[j]!, bias)));
  for (let step = 0; step < steps; step++) {
    const slope = weights.map((w) => lambda * w);
    let biasSlope = 0;
    for (const [i, x] of examples.entries()) {
      const error = (probability(x) - Number(i >= first.length)) / examples.length;
      biasSlope += error;
      for (let j = 0; j < width; j++) slope[j]! += error * x[j]!;
    }
    for (let j = 0; j < width; j++) weights[j]! -= (rate / Math.sqrt(width)) * slope[j]!;
    bias -= rate * biasSlope;
  }
  return (row) => probability(standard(row));
}
