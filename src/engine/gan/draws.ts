import { createGenerator } from '../random.ts';
import type { Latent } from '../tensor.ts';

export interface Draws {
  /** [zWidth]: which face. */
  z: Latent;
  /** [noiseWidth]: the grain of its layers, one plane after the other. */
  noise: Latent;
}

/**
 * What a seed stands for, as torch would draw it: `manual_seed(seed)`, `z = randn(1, zWidth)`, then
 * `noise = randn(1, noiseWidth)` from the same generator.
 */
export function drawsOf(seed: number, { zWidth, noiseWidth }: { zWidth: number; noiseWidth: number }): Draws {
  const generator = createGenerator(seed);
  return { z: generator.randn(zWidth), noise: generator.randn(noiseWidth) };
}

/** Image i of a recipe has the seed after that of image i − 1. */
export const faceSeed = (seed: number, index: number): number => (seed + index) % 2 ** 32;
