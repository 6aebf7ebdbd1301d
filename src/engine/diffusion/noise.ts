import { createGenerator, type Generator } from '../random.ts';
import { blend, type Latent } from '../tensor.ts';

export interface NoiseRecipe {
  seed: number;
  variation?: { seed: number; strength: number; before?: { seed: number; strength: number }[] | undefined } | undefined;
  walk?: { seed: number; frames: number } | undefined;
}

/**
 * The noise image `index` of a recipe starts from, and the generator that goes on from there. Images have consecutive
 * seeds; variations keep their picture's seed and the walks it had taken, and have consecutive variation seeds instead; the
 * frames of a walk lie between two seeds.
 */
export function startingNoise(recipe: NoiseRecipe, index: number, n: number): { noise: Latent; generator: Generator } {
  const generator = recipe.walk
    ? generatorBetween(shareOfFrame(index, recipe.walk.frames), recipe.seed, recipe.walk.seed)
    : createGenerator(imageSeed(recipe, index));
  const noise = generator.randn(n);
  if (!recipe.variation) return { noise, generator };
  const { seed, strength, before = [] } = recipe.variation;
  const walks = [...before, { seed: (seed + index) % 2 ** 32, strength }];
  const toward = (from: Latent, { seed, strength }: (typeof walks)[number]) =>
    slerp(strength, from, createGenerator(seed).randn(n));
  return { noise: walks.reduce(toward, noise), generator };
}

/** What makes this image alone; a frame of a walk is nobody's alone but at its ends. */
export function imageSeed({ seed, variation, walk }: NoiseRecipe, index: number): number {
  if (walk) return index === walk.frames - 1 ? walk.seed : seed;
  return variation ? seed : (seed + index) % 2 ** 32;
}

/** How far frame `index` of so many has come: 0 for the first, 1 for the last. */
export const shareOfFrame = (index: number, frames: number): number => index / (frames - 1);

/** Every draw lies between the draws of both seeds, and has the length of noise. */
export function generatorBetween(share: number, from: number, to: number): Generator {
  const [a, b] = [createGenerator(from), createGenerator(to)];
  return from === to ? a : { randn: (n) => slerp(share, a.randn(n), b.randn(n)) };
}

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
