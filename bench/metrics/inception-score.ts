/** How sure, and how varied, a classifier finds a set of pictures. Salimans et al. 2016 ("Inception score"). */

/**
 * exp(mean KL(p(y|x) ‖ p(y))) over rows of class probabilities: 1 when all rows are equal, K when each of K classes is
 * named with certainty equally often. A proxy: the classes are the concepts of models/features.
 */
export function inceptionScore(probabilities: readonly ArrayLike<number>[]): number {
  const classes = probabilities[0]!.length;
  const marginal = new Float64Array(classes);
  for (const row of probabilities) for (let k = 0; k < classes; k++) marginal[k]! += row[k]! / probabilities.length;
  let total = 0;
  for (const row of probabilities)
    for (let k = 0; k < classes; k++) if (row[k]! > 0) total += row[k]! * Math.log(row[k]! / marginal[k]!);
  return Math.exp(total / probabilities.length);
}

export function softmax(logits: ArrayLike<number>): Float64Array {
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < logits.length; k++) largest = Math.max(largest, logits[k]!);
  const out = Float64Array.from(logits, (v) => Math.exp(v - largest));
  const sum = out.reduce((a, v) => a + v, 0);
  return out.map((v) => v / sum);
}
