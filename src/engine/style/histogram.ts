/** One picture's values in another's order: exact histogram specification, Coltuc, Bolon & Chassery 2006, channel by channel. */
import type { Picture } from '../../core/picture.ts';

/**
 * Each channel gets exactly the target's values, as often as the target has them: the darkest pixel the darkest value
 * and so on. Pixels of one value are ordered by the mean of their neighbourhood, and where that is the same by place.
 * Both pictures have equally many pixels.
 */
export function matchHistograms(picture: Picture, target: Picture): Picture {
  const data = new Uint8Array(picture.data.length);
  for (let c = 0; c < 3; c++) {
    const values = target.data.filter((_, i) => i % 3 === c).sort();
    for (const [rank, pixel] of ordered(picture, c).entries()) data[pixel * 3 + c] = values[rank]!;
  }
  return { ...picture, data };
}

/** The pixels from dark to light. Value, sum of the 3 × 3 around (12 bits) and place (28 bits) make one sortable number. */
function ordered({ width, height, data }: Picture, channel: number): Uint32Array {
  const at = (x: number, y: number) =>
    data[(Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))) * 3 + channel]!;
  const keys = new Float64Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let around = 0;
      for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) around += at(x + dx, y + dy);
      keys[y * width + x] = (at(x, y) * 2 ** 12 + around) * PLACES + y * width + x;
    }
  return Uint32Array.from(keys.sort(), (key) => key % PLACES);
}

const PLACES = 2 ** 28;
