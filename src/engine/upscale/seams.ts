/** Along one side of a picture: how much each of the tiles counts where, and where several do. */
import { feather } from './tiles.ts';

/** From a pixel to the one after the last. */
export type Span = readonly [from: number, to: number];

/** Along a side of a tile. */
export interface Shares {
  /** How much each pixel counts. */
  of: Float64Array;
  /** Where it counts at all. */
  some: Span;
  /** Where no other tile does; empty, and at the end, where others do everywhere. */
  all: Span;
}

/** Along a side of the whole. */
export interface Axis {
  /** Start of a tile's side → its shares; those of all tiles add up to 1 everywhere. */
  shares: ReadonlyMap<number, Shares>;
  /** Where tiles meet. */
  seams: readonly Span[];
  seamPixels: number;
  /** Of each pixel: how many of those where tiles meet come before it; −1 where none meet. */
  seam: Int32Array;
}

interface Side {
  length: number;
  overlap: number;
  /** Share of the overlap that is thrown away. */
  margin?: number | undefined;
}

/** Tiles of these starts and lengths along a side, of which neighbours share `overlap` pixels. */
export function layOut(tiles: readonly (readonly [start: number, length: number])[], side: Side): Axis {
  const { length } = side;
  const shares = sharesOf(tiles, side);
  const alone = new Uint8Array(length);
  for (const [start, { all }] of shares) alone.fill(1, start + all[0], start + all[1]);
  const seams: Span[] = [];
  let seamPixels = 0;
  const seam = Int32Array.from(alone, (one) => (one ? -1 : seamPixels++));
  for (let from = 0; from < length; from++) {
    if (alone[from]) continue;
    const next = alone.indexOf(1, from);
    const to = next < 0 ? length : next;
    seams.push([from, to]);
    from = to;
  }
  return { shares, seams, seamPixels, seam };
}

function sharesOf(
  tiles: readonly (readonly [start: number, length: number])[],
  { length, overlap, margin }: Side,
): ReadonlyMap<number, Shares> {
  const ramps = new Map(
    tiles.map(([start, side]) => {
      const edges = { first: start === 0, last: start + side === length };
      return [
        start,
        Float64Array.from({ length: side }, (_, at) => feather(at, side, overlap, edges, margin)),
      ] as const;
    }),
  );
  const sums = new Float64Array(length);
  for (const [start, ramp] of ramps) for (let at = 0; at < ramp.length; at++) sums[start + at]! += ramp[at]!;
  for (const [start, ramp] of ramps) for (let at = 0; at < ramp.length; at++) ramp[at]! /= sums[start + at]!;
  return new Map([...ramps].map(([start, of]) => [start, { of, ...spansOf(of) }] as const));
}

/** Shares rise and fall once, so that all between the first and the last of them count, too. */
function spansOf(shares: Float64Array): Pick<Shares, 'some' | 'all'> {
  const span = (counts: (share: number) => boolean) =>
    [shares.findIndex(counts), shares.findLastIndex(counts) + 1] as const;
  const [some, all] = [span((share) => share > 0), span((share) => share === 1)];
  return { some, all: all[0] < 0 ? [some[1], some[1]] : all };
}
