/** How a picture is cut into overlapping tiles and put together again without seams. */
export interface Tile {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Tiles of equal size that cover the picture; neighbours share at least `overlap` pixels. */
export function tilesOf(width: number, height: number, size: number, overlap: number): Tile[] {
  const [tileWidth, tileHeight] = [Math.min(size, width), Math.min(size, height)];
  const columns = starts(width, tileWidth, overlap);
  return starts(height, tileHeight, overlap).flatMap((y) =>
    columns.map((x) => ({ x, y, width: tileWidth, height: tileHeight })),
  );
}

function starts(length: number, tile: number, overlap: number): number[] {
  if (tile >= length) return [0];
  const count = Math.ceil((length - overlap) / (tile - overlap));
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - tile)) / (count - 1)));
}

/** Share of the overlap along an inner edge that is thrown away: a network sees nothing beyond the edge and errs there. */
const MARGIN = 0.25;

/** The weight of pixel `at` of a tile's side: falls to nothing toward edges that a neighbour covers too. */
export function feather(at: number, side: number, overlap: number, first: boolean, last: boolean): number {
  const inside = Math.min(first ? overlap : at + 0.5, last ? overlap : side - at - 0.5);
  return Math.min(1, Math.max(0, (inside / overlap - MARGIN) / (1 - 2 * MARGIN)));
}
