/** Adaptive instance normalisation. Huang & Belongie 2017, eq. 8 and 14; by regions as in their section 7.4. */

import type { Rect } from '../pixels.ts';
import type { Moments } from './moments.ts';
import type { Planes, Size } from './planes.ts';

export interface Exchange {
  /** How much of each cell of the part is in this region, 0…1; those of all regions add up to at most 1. Absent: all of all. */
  share?: Float32Array | undefined;
  content: Moments;
  style: Moments;
}

/**
 * A part of maps [channels, height, width], written to `room`: in each region the content's mean and deviation are
 * exchanged for the style's, σ' · (x − μ) / σ + μ', and `strength` of the way is gone. What is in no region stays.
 */
export function exchange(
  maps: Planes,
  { x, y, width, height }: Rect,
  exchanges: readonly Exchange[],
  strength: number,
  room: Float32Array<ArrayBuffer>,
): Planes {
  const area = maps.width * maps.height;
  for (let c = 0; c * area < maps.data.length; c++) {
    const changes = exchanges.map(({ share, content, style }): Change => {
      const gain = style.deviation[c]! / content.deviation[c]!;
      return { share, turn: strength * (gain - 1), shift: strength * (style.mean[c]! - gain * content.mean[c]!) };
    });
    const lines: Lines = {
      ...{ maps: maps.data, from: c * area + y * maps.width + x, stride: maps.width },
      ...{ room, to: c * width * height, width, height },
    };
    const [only] = changes;
    if (changes.length === 1 && !only!.share) changeAll(lines, only!);
    else changeByShares(lines, changes);
  }
  return { width, height, data: room };
}

/** Of a channel: share · (turn · x + shift) is added to x. */
interface Change {
  share: Float32Array | undefined;
  turn: number;
  shift: number;
}

/** A channel's part: `height` lines, `stride` apart in `maps` and one after the other in `room`. */
interface Lines extends Size {
  maps: Float32Array;
  from: number;
  stride: number;
  room: Float32Array;
  to: number;
}

function changeAll({ maps, from, stride, room, to, width, height }: Lines, { turn, shift }: Change): void {
  const gain = 1 + turn;
  for (let row = 0; row < height; row++)
    for (let i = from + row * stride, o = to + row * width, end = i + width; i < end; i++, o++)
      room[o] = maps[i]! * gain + shift;
}

function changeByShares({ maps, from, stride, room, to, width, height }: Lines, changes: readonly Change[]): void {
  for (let row = 0, cell = 0; row < height; row++)
    for (let i = from + row * stride, end = i + width; i < end; i++, cell++) {
      room[to + cell] = maps[i]!;
      for (const { share, turn, shift } of changes)
        room[to + cell]! += (share ? share[cell]! : 1) * (turn * maps[i]! + shift);
    }
}
