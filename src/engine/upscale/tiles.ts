/** How a picture is cut into overlapping tiles and put together again without seams. */
export interface Tile {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Tiles of equal size that cover the picture; neighbours share at least `overlap` pixels. */
export const tilesOf = (width: number, height: number, size: number, overlap: number): Tile[] =>
  rowsOf([width, Math.min(size, width)], [height, Math.min(size, height)], overlap);

/** As many, each no larger than it must be: what they share beyond the overlap would be work done twice. */
export const leastTilesOf = (width: number, height: number, size: number, overlap: number): Tile[] =>
  rowsOf([width, fitting(width, size, overlap)], [height, fitting(height, size, overlap)], overlap);

type Side = readonly [whole: number, tile: number];

function rowsOf([width, across]: Side, [height, down]: Side, overlap: number): Tile[] {
  const columns = starts(width, across, overlap);
  return starts(height, down, overlap).flatMap((y) => columns.map((x) => ({ x, y, width: across, height: down })));
}

/** Networks that fold their input take sides that are multiples of this, at most. */
const FOLD = 8;

/** The shortest side with which as many tiles are enough. */
function fitting(length: number, most: number, overlap: number): number {
  if (most >= length) return length;
  const count = countOf(length, most, overlap);
  const least = Math.ceil((length + (count - 1) * overlap) / count);
  return Math.min(most, Math.ceil(least / FOLD) * FOLD);
}

function starts(length: number, tile: number, overlap: number): number[] {
  if (tile >= length) return [0];
  const count = countOf(length, tile, overlap);
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - tile)) / (count - 1)));
}

const countOf = (length: number, tile: number, overlap: number) => Math.ceil((length - overlap) / (tile - overlap));

/** Share of the overlap along an inner edge that is thrown away: a network sees nothing beyond the edge and errs there. */
const MARGIN = 0.25;

/** The weight of pixel `at` of a tile's side: falls to nothing toward edges that a neighbour covers too. */
export function feather(
  at: number,
  side: number,
  overlap: number,
  { first, last }: { first: boolean; last: boolean },
  margin = MARGIN,
): number {
  const inside = Math.min(first ? overlap : at + 0.5, last ? overlap : side - at - 0.5);
  return Math.min(1, Math.max(0, (inside / overlap - margin) / (1 - 2 * margin)));
}
