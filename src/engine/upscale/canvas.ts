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

  /** A part of a row of a tile, by its share. */
  const blend = (tile: Float32Array, from: number, to: number, share: number, columns: Shares, [x, end]: Span) => {
    for (; x < end; x++) whole[to + x]! += share * columns.of[x]! * tile[from + x]!;
  };

  return {
    add(planes, stride, tile) {
      const [columns, rows] = [across.get(tile.x * factor)!, down.get(tile.y * factor)!];
      const [[start, end], [alone, shared]] = [columns.some, columns.all];
      const size = planes.length / 3;
      for (let c = 0; c < 3; c++)
        for (let y = rows.some[0]; y < rows.some[1]; y++) {
          const share = rows.of[y]!;
          const from = c * size + y * stride;
          const to = c * area + (tile.y * factor + y) * width + tile.x * factor;
          if (share < 1) {
            blend(planes, from, to, share, columns, columns.some);
            continue;
          }
          blend(planes, from, to, share, columns, [start, alone]);
          whole.set(planes.subarray(from + alone, from + shared), to + alone);
          blend(planes, from, to, share, columns, [shared, end]);
        }
    },
    finish: () => whole,
  };
}

type Span = readonly [from: number, to: number];

/** Along a side of a tile. */
interface Shares {
  /** How much each pixel counts. */
  of: Float64Array;
  /** Where it counts at all. */
  some: Span;
  /** Where no other tile does. */
  all: Span;
}

/** Start of a tile's side → its shares; those of all tiles add up to 1 everywhere. */
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
  return new Map(
    [...ramps].map(([start, of]): readonly [number, Shares] => [
      start,
      { of, some: spanOf(of, (share) => share > 0), all: spanOf(of, (share) => share === 1) },
    ]),
  );
}

/** From the first to after the last; empty where there is none. Shares rise and fall once, so that all between are, too. */
const spanOf = (shares: Float64Array, counts: (share: number) => boolean): Span => [
  Math.max(0, shares.findIndex(counts)),
  shares.findLastIndex(counts) + 1,
];
