/** Adaptive instance normalisation. Huang & Belongie 2017, eq. 8 and 14; by regions as in their section 7.4. */
import type { Rect } from '../pixels.ts';
import type { Moments } from './moments.ts';
import type { Planes } from './planes.ts';

export interface Exchange {
  content: Moments;
  style: Moments;
}

/** What becomes of each channel: gain · x + shift. */
export interface Affine {
  gain: Float32Array;
  shift: Float32Array;
}

/** The content's mean and deviation for the style's, σ' · (x − μ) / σ + μ', `strength` of the way. */
export function affineOf({ content, style }: Exchange, strength: number): Affine {
  const full = (c: number) => style.deviation[c]! / content.deviation[c]!;
  return {
    gain: Float32Array.from(style.mean, (_, c) => 1 + strength * (full(c) - 1)),
    shift: Float32Array.from(style.mean, (mean, c) => strength * (mean - full(c) * content.mean[c]!)),
  };
}

export const unchanged = (channels: number): Affine => ({
  gain: new Float32Array(channels).fill(1),
  shift: new Float32Array(channels),
});

/** How much of each cell is in a region, 0…1; those of all regions add up to at most 1. */
interface Share extends Affine {
  share: Float32Array;
}

/** A part of maps [channels, height, width], written to `room`, by regions of that part. What is in none stays. */
export function changedByShares(
  maps: Planes,
  { x, y, width, height }: Rect,
  regions: readonly Share[],
  room: Float32Array<ArrayBuffer>,
): Planes {
  const area = maps.width * maps.height;
  for (let c = 0, to = 0; c * area < maps.data.length; c++) {
    const changes = regions.map(({ share, gain, shift }) => ({ share, turn: gain[c]! - 1, shift: shift[c]! }));
    for (let row = 0, cell = 0; row < height; row++) {
      const from = c * area + (y + row) * maps.width + x;
      for (let i = from; i < from + width; i++, cell++, to++) {
        room[to] = maps.data[i]!;
        for (const { share, turn, shift } of changes) room[to]! += share[cell]! * (turn * maps.data[i]! + shift);
      }
    }
  }
  return { width, height, data: room };
}
