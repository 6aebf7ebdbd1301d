import type { Made, Picture } from '../core/picture.ts';

/** One picture that goes through these frames and back, in a loop: neither end is shown twice in a row. */
export function thereAndBack(frames: readonly Picture[], seed: number, delayMs: number): Made {
  const loop = [...frames, ...frames.slice(1, -1).reverse()];
  return { picture: frames[0]!, seed, animation: { frames: loop, delaysMs: loop.map(() => delayMs) } };
}
