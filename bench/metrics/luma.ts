/** The brightness of a picture, ITU-R BT.601 weights, 0–255. */
import type { Picture } from '../../src/core/picture.ts';

export function luma({ width, height, data }: Picture): Float32Array {
  const out = new Float32Array(width * height);
  for (let i = 0; i < out.length; i++)
    out[i] = 0.299 * data[3 * i]! + 0.587 * data[3 * i + 1]! + 0.114 * data[3 * i + 2]!;
  return out;
}
