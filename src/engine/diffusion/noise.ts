import { createGenerator, type Generator } from '../random.ts';
import { blend, type Latent } from '../tensor.ts';

export interface NoiseRecipe {
  seed: number;
  variation?: { seed: number; strength: number } | undefined;
}

/**
 * The noise image `index` of a recipe starts from, and the generator that goes on from there. Images have consecutive
 * seeds; variations keep their picture's seed and have consecutive variation seeds instead.
 */
export function startingNoise(recipe: NoiseRecipe, index: number, n: number): { noise: Latent; generator: Generator } {
  const generator = createGenerator(imageSeed(recipe, index));
  const noise = generator.randn(n);
  if (!recipe.variation) return { noise, generator };
  const { seed, strength } = recipe.variation;
  return { noise: slerp(strength, noise, createGenerator((seed + index) % 2 ** 32).randn(n)), generator };
}

export const imageSeed = ({ seed, variation }: NoiseRecipe, index: number): number =>
  variation ? seed : (seed + index) % 2 ** 32;

/** Along the great circle from a (share 0) to b (share 1): keeps the length that noise has. Shoemake 1985. */
export function slerp(share: number, a: Latent, b: Latent): Latent {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  const angle = Math.acos(Math.min(1, Math.max(-1, dot / Math.sqrt(aa * bb))));
  if (Math.sin(angle) < 1e-3) return blend(1 - share, a, share, b);
  return blend(Math.sin((1 - share) * angle) / Math.sin(angle), a, Math.sin(share * angle) / Math.sin(angle), b);
}
