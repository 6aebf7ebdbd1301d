/** One picture's values in another's order: exact histogram specification, Coltuc, Bolon & Chassery 2006, channel by channel. */
import type { Picture } from '../../core/picture.ts';

/**
 * Each channel gets exactly the target's values, as often as the target has them: the darkest pixel the darkest value
 * and so on. Pixels of one value are ordered by the mean of their neighbourhood, and where that is the same by place.
 * Both pictures have equally many pixels. Nothing is sorted: how many come before a pixel is counted.
 */
export function matchHistograms(picture: Picture, target: Picture): Picture {
  const data = new Uint8Array(picture.data.length);
  for (let c = 0; c < 3; c++) {
    const values = ascending(target, c);
    const levels = levelsOf(picture, c);
    const ranks = new Uint32Array(LEVELS + 1); // of the next pixel of a level
    for (let i = 0; i < levels.length; i++) ranks[levels[i]! + 1]!++;
    for (let level = 1; level < LEVELS; level++) ranks[level]! += ranks[level - 1]!;
    for (let i = 0, to = c; i < levels.length; i++, to += 3) data[to] = values[ranks[levels[i]!]!++]!;
  }
  return { ...picture, data };
}

/** What a channel has, from dark to light. */
function ascending({ width, height, data }: Picture, channel: number): Uint8Array {
  const counts = new Uint32Array(256);
  for (let i = channel; i < data.length; i += 3) counts[data[i]!]!++;
  const values = new Uint8Array(width * height);
  for (let value = 0, at = 0; value < 256; at += counts[value++]!) values.fill(value, at, at + counts[value]!);
  return values;
}

/** Sums of 3 × 3 pixels are below this. */
const SUMS = 9 * 255 + 1;
const LEVELS = 256 * SUMS;

/** By which the pixels are ordered: value, then the sum of the 3 × 3 around; beyond the edge the edge repeats. */
function levelsOf({ width, height, data }: Picture, channel: number): Uint32Array {
  const levels = new Uint32Array(width * height);
  const columns = new Uint16Array(width + 2); // sums of three above one another
  for (let y = 0, to = 0; y < height; y++) {
    const line = channel + 3 * y * width;
    const above = y === 0 ? line : line - 3 * width;
    const below = y === height - 1 ? line : line + 3 * width;
    for (let x = 0; x < width; x++) columns[x + 1] = data[above + 3 * x]! + data[line + 3 * x]! + data[below + 3 * x]!;
    [columns[0], columns[width + 1]] = [columns[1]!, columns[width]!];
    for (let x = 0; x < width; x++)
      levels[to++] = data[line + 3 * x]! * SUMS + columns[x]! + columns[x + 1]! + columns[x + 2]!;
  }
  return levels;
}
