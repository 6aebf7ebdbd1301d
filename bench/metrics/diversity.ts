/** How different the pictures of one set are from each other. */

/**
 * Mean distance over all pairs; with the perceptual distance this is the diversity score of Zhu et al. 2017
 * (BicycleGAN). 0: all pictures are the same one.
 */
export function diversity<T>(items: readonly T[], distance: (a: T, b: T) => number): number {
  let [sum, pairs] = [0, 0];
  for (let i = 0; i < items.length; i++)
    for (let j = i + 1; j < items.length; j++) {
      sum += distance(items[i]!, items[j]!);
      pairs++;
    }
  return pairs === 0 ? 0 : sum / pairs;
}
