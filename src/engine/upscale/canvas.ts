/** Where enlarged tiles are laid down. What one tile alone covers is drawn at once; overlaps are weighted means, so that no seam shows. */
import type { Picture } from '../../core/picture.ts';
import { toBytes } from '../pixels.ts';
import { layOut, type Shares, type Span } from './seams.ts';
import type { Tile } from './tiles.ts';

interface Size {
  width: number;
  height: number;
}

export interface Canvas {
  /** `planes`: [3, height, stride] of an enlarged tile; what lies beyond the tile's own size is padding. */
  add(planes: Float32Array, stride: number, tile: Tile): void;
  finish(): Picture;
}

interface Layout {
  /** Rows of columns that share `overlap` pixels. */
  tiles: readonly Tile[];
  factor: number;
  overlap: number;
  /** What black and white are in the planes. */
  range: readonly [number, number];
}

/** For a picture of this size, `factor` times larger. */
export function createCanvas(picture: Size, { tiles, factor, overlap, range }: Layout): Canvas {
  const [width, height] = [picture.width * factor, picture.height * factor];
  const blended = Math.max(1, overlap * factor);
  const axis = (start: 'x' | 'y', side: 'width' | 'height') =>
    layOut(
      tiles.map((tile) => [tile[start] * factor, tile[side] * factor]),
      picture[side] * factor,
      blended,
    );
  const [across, down] = [axis('x', 'width'), axis('y', 'height')];
  const bytes = new Uint8ClampedArray(width * height * 3);
  /** Rows in which tiles meet, [3, rows, width], and of the others the columns, [3, height, columns]. */
  const level = new Float32Array(3 * down.seamPixels * width);
  const upright = new Float32Array(3 * height * across.seamPixels);

  return {
    add(planes, stride, tile) {
      const [left, top] = [tile.x * factor, tile.y * factor];
      const [columns, rows] = [across.shares.get(left)!, down.shares.get(top)!];
      const { some, all } = columns;
      const shared: Span[] = [
        [some[0], all[0]],
        [all[1], some[1]],
      ];
      const size = planes.length / 3;
      for (let y = rows.some[0]; y < rows.some[1]; y++) {
        const row = top + y;
        const line = down.seam[row]!;
        const from = (c: number) => ({ planes, at: c * size + y * stride });
        if (line >= 0) {
          const to = (c: number) => ({ planes: level, at: (c * down.seamPixels + line) * width + left + some[0] });
          for (let c = 0; c < 3; c++) addShares(from(c), to(c), columns, some, rows.of[y]!);
          continue;
        }
        toBytes(planes, y * stride + all[0], all[1] - all[0], bytes, (row * width + left + all[0]) * 3, range);
        for (const span of shared) {
          if (span[0] === span[1]) continue;
          const first = across.seam[left + span[0]]!;
          const to = (c: number) => ({ planes: upright, at: (c * height + row) * across.seamPixels + first });
          for (let c = 0; c < 3; c++) addShares(from(c), to(c), columns, span, 1);
        }
      }
    },
    finish() {
      for (let row = 0; row < height; row++) {
        const line = down.seam[row]!;
        if (line >= 0) toBytes(level, line * width, width, bytes, row * width * 3, range);
        else
          for (const [from, to] of across.seams) {
            const at = row * across.seamPixels + across.seam[from]!;
            toBytes(upright, at, to - from, bytes, (row * width + from) * 3, range);
          }
      }
      return { width, height, data: new Uint8Array(bytes.buffer) };
    },
  };
}

interface Place {
  planes: Float32Array;
  at: number;
}

/** A part of a row of a tile, by how much its pixels count; `to` is where the first of them goes. */
function addShares(from: Place, to: Place, { of }: Shares, [first, end]: Span, share: number): void {
  for (let x = first, i = to.at; x < end; x++, i++) to.planes[i]! += share * of[x]! * from.planes[from.at + x]!;
}
