/** How far two sets of pictures are apart in feature space. Heusel et al. 2017 ("FID"), with another feature net. */
import { eigenOf, squareRoot } from './eigen.ts';
import { covarianceOf, meanOf, product, type Rows, squaredDistance, trace } from './statistics.ts';

/**
 * The Fréchet distance of the two Gaussians fitted to the rows: |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½). 0 is equal.
 *
 * A proxy: the features are those of models/features (mean of relu4_2), not of Inception v3, so figures compare only
 * with other figures made here, never with published FIDs. Compare with the distance between two halves of the real
 * set, which is what sampling noise alone gives.
 */
export function frechetDistance(a: Rows, b: Rows): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  const [sigmaA, sigmaB] = [covarianceOf(a, meanA), covarianceOf(b, meanB)];
  const root = squareRoot(sigmaA);
  // (Σ₁Σ₂)^½ has the eigenvalues of (Σ₁^½ Σ₂ Σ₁^½)^½, which is symmetric.
  const { values } = eigenOf(product(product(root, sigmaB), root));
  let cross = 0;
  for (const value of values) cross += Math.sqrt(Math.max(0, value));
  return Math.max(0, squaredDistance(meanA, meanB) + trace(sigmaA) + trace(sigmaB) - 2 * cross);
}
