/** Where tiles are laid down. What one tile alone covers is copied; overlaps are weighted means, so that no seam shows. */
import type { Picture } from '../../core/picture.ts';
import { layOut, type Shares, type Span } from './seams.ts';
import type { Tile } from './tiles.ts';

interface Size {
  width: number;
  height: number;
}

export interface Canvas {
  /** What a tile has become, larger by the factor; what lies beyond the tile's own size is padding. */
  add(larger: Picture, tile: Tile): void;
  finish(): Picture;
}

interface Layout {
  /** Rows of columns that share `overlap` pixels. */
  tiles: readonly Tile[];
  factor: number;
  overlap: number;
  /** Share of the overlap along an inner edge that is thrown away. */
  margin?: number;
}

/** For a picture of this size, `factor` times larger. */
export function createCanvas(picture: Size, { tiles, factor, overlap, margin }: Layout): Canvas {
  const [width, height] = [picture.width * factor, picture.height * factor];
  const blended = Math.max(1, overlap * factor);
  const axis = (start: 'x' | 'y', side: 'width' | 'height') =>
    layOut(
      tiles.map((tile) => [tile[start] * factor, tile[side] * factor]),
      { length: picture[side] * factor, overlap: blended, margin },
    );
  const [across, down] = [axis('x', 'width'), axis('y', 'height')];
  const bytes = new Uint8ClampedArray(3 * width * height);
  /** Rows in which tiles meet, and of the others the columns. */
  const level = new Float32Array(3 * down.seamPixels * width);
  const upright = new Float32Array(3 * height * across.seamPixels);

  return {
    add({ data, width: stride }, tile) {
      const [left, top] = [tile.x * factor, tile.y * factor];
      const [columns, rows] = [across.shares.get(left)!, down.shares.get(top)!];
      const { some, all } = columns;
      const shared: Span[] = [
        [some[0], all[0]],
        [all[1], some[1]],
      ];
      for (let y = rows.some[0]; y < rows.some[1]; y++) {
        const row = top + y;
        const line = down.seam[row]!;
        const from = data.subarray(3 * y * stride, 3 * (y + 1) * stride);
        if (line >= 0) {
          addShares(from, { pixels: level, at: line * width + left + some[0] }, columns, some, rows.of[y]!);
          continue;
        }
        bytes.set(from.subarray(3 * all[0], 3 * all[1]), 3 * (row * width + left + all[0]));
        for (const span of shared) {
          if (span[0] === span[1]) continue;
          const first = across.seam[left + span[0]]!;
          addShares(from, { pixels: upright, at: row * across.seamPixels + first }, columns, span, 1);
        }
      }
    },
    finish() {
      for (let row = 0; row < height; row++) {
        const line = down.seam[row]!;
        if (line >= 0) bytes.set(level.subarray(3 * line * width, 3 * (line + 1) * width), 3 * row * width);
        else
          for (const [from, to] of across.seams) {
            const at = row * across.seamPixels + across.seam[from]!;
            bytes.set(upright.subarray(3 * at, 3 * (at + to - from)), 3 * (row * width + from));
          }
      }
      return { width, height, data: new Uint8Array(bytes.buffer) };
    },
  };
}

/** A part of a row of a tile, by how much its pixels count; `at` is the pixel that the first of them is added to. */
function addShares(
  from: Uint8Array,
  { pixels, at }: { pixels: Float32Array; at: number },
  { of }: Shares,
  [first, end]: Span,
  share: number,
): void {
  for (let x = first, i = 3 * at; x < end; x++)
    for (let c = 3 * x; c < 3 * x + 3; c++, i++) pixels[i]! += share * of[x]! * from[c]!;
}
