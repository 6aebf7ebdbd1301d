/** Peak signal-to-noise ratio of two pictures of one size: 10 log₁₀(255² / mean squared error), in dB; equal: ∞. */
import type { Picture } from '../../src/core/picture.ts';

export function psnr(a: Picture, b: Picture): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i]! - b.data[i]!) ** 2;
  return 10 * Math.log10((255 * 255 * a.data.length) / sum);
}
