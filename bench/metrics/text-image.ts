/** Do pictures show their own captions rather than other captions? */

/**
 * R-precision (Xu et al. 2018, AttnGAN): the share of pictures whose own caption scores best among all of `scores[i]`
 * (`scores[i][j]`: how well picture i fits caption j; `own[i]`: the index of its caption). A tie counts as a miss.
 */
export function retrieval(scores: readonly ArrayLike<number>[], own: ArrayLike<number>): number {
  const hits = scores.filter((row, i) => {
    const mine = row[own[i]!]!;
    for (let j = 0; j < row.length; j++) if (j !== own[i] && row[j]! >= mine) return false;
    return true;
  });
  return hits.length / scores.length;
}

/** Mean of 100 · max(0, cosine) of rows that belong together: CLIPScore's form (Hessel et al. 2021). */
export function cosineScore(pictures: readonly ArrayLike<number>[], texts: readonly ArrayLike<number>[]): number {
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
    return sum;
  };
  const each = pictures.map((a, i) => {
    const b = texts[i]!;
    return 100 * Math.max(0, dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)));
  });
  return each.reduce((sum, v) => sum + v, 0) / each.length;
}
