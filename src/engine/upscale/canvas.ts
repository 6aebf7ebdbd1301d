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

/** For a picture of this size, `factor` times larger; tiles share `overlap` of its pixels. */
export function createCanvas(picture: Size, factor: number, overlap: number): Canvas {
  const [width, height] = [picture.width * factor, picture.height * factor];
  const area = width * height;
  const sum = new Float32Array(area * 3);
  const weights = new Float32Array(area);
  const ramp = (side: number, first: boolean, last: boolean) =>
    Float32Array.from({ length: side }, (_, at) => feather(at, side, Math.max(1, overlap * factor), first, last));

  return {
    add(planes, stride, tile) {
      const across = ramp(tile.width * factor, tile.x === 0, tile.x + tile.width === picture.width);
      const down = ramp(tile.height * factor, tile.y === 0, tile.y + tile.height === picture.height);
      const size = planes.length / 3;
      for (let y = 0; y < down.length; y++) {
        const from = y * stride;
        const to = (tile.y * factor + y) * width + tile.x * factor;
        for (let x = 0; x < across.length; x++) {
          const weight = across[x]! * down[y]!;
          weights[to + x]! += weight;
          sum[to + x]! += weight * planes[from + x]!;
          sum[to + x + area]! += weight * planes[from + x + size]!;
          sum[to + x + 2 * area]! += weight * planes[from + x + 2 * size]!;
        }
      }
    },
    finish() {
      for (let c = 0; c < 3; c++) for (let i = 0; i < area; i++) sum[c * area + i]! /= weights[i]!;
      return sum;
    },
  };
}
