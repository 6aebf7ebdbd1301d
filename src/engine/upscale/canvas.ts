/** Where enlarged tiles are laid down: overlaps are weighted means, so that no seam shows. */
import { feather, type Tile } from './tiles.ts';

interface Size {
  width: number;
  height: number;
}

export interface Canvas {
  /** `planes`: [3, height, stride] of an enlarged tile; what lies beyond the tile's own size is padding. */
  add(planes: Float32Array, stride: number, tile: Tile): void;
  /** [3, height, width] of the whole. */
  finish(): Float32Array;
}

/** For a picture of this size, `factor` times larger, in these tiles, which are rows of columns and share `overlap` pixels. */
export function createCanvas(picture: Size, tiles: readonly Tile[], factor: number, overlap: number): Canvas {
  const [width, height] = [picture.width * factor, picture.height * factor];
  const area = width * height;
  const whole = new Float32Array(area * 3);
  const blended = Math.max(1, overlap * factor);
  const across = shares(
    tiles.map(({ x, width }) => [x * factor, width * factor]),
    width,
    blended,
  );
  const down = shares(
    tiles.map(({ y, height }) => [y * factor, height * factor]),
    height,
    blended,
  );

  return {
    add(planes, stride, tile) {
      const [columns, rows] = [across.get(tile.x * factor)!, down.get(tile.y * factor)!];
      const size = planes.length / 3;
      const counts = (share: number) => share > 0;
      const [first, last] = [columns.findIndex(counts), columns.findLastIndex(counts)];
      for (let c = 0; c < 3; c++)
        for (let y = 0; y < rows.length; y++) {
          const share = rows[y]!;
          if (share === 0) continue;
          const from = c * size + y * stride;
          const to = c * area + (tile.y * factor + y) * width + tile.x * factor;
          for (let x = first; x <= last; x++) whole[to + x]! += share * columns[x]! * planes[from + x]!;
        }
    },
    finish: () => whole,
  };
}

/** Start of a tile's side → how much each of its pixels counts; those of all tiles add up to 1 everywhere. */
function shares(sides: readonly (readonly [start: number, length: number])[], length: number, overlap: number) {
  const ramps = new Map(
    sides.map(([start, side]) => {
      const [first, last] = [start === 0, start + side === length];
      return [start, Float64Array.from({ length: side }, (_, at) => feather(at, side, overlap, first, last))] as const;
    }),
  );
  const sums = new Float64Array(length);
  for (const [start, ramp] of ramps) for (let at = 0; at < ramp.length; at++) sums[start + at]! += ramp[at]!;
  for (const [start, ramp] of ramps) for (let at = 0; at < ramp.length; at++) ramp[at]! /= sums[start + at]!;
  return ramps;
}
