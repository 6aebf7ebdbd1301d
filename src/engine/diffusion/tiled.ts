/** A picture or latent too large for one call, through a network in overlapping tiles, joined without seams. */
import { type Tile, tilesOf } from '../upscale/tiles.ts';

/** In latent cells. */
export interface Tiling {
  /** Side of a tile. */
  size: number;
  /** Cells that neighbours share. */
  overlap: number;
  /** Cells along an inner edge of a tile that are thrown away: a network sees nothing beyond the edge and errs there. */
  margin: number;
}

/** [channels, height · scale, width · scale], where height and width are in latent cells. */
interface Side {
  channels: number;
  scale: number;
}

/** `run` takes [from.channels, …] of a tile and answers [to.channels, …]; so does the whole. */
export async function inTiles(
  data: Float32Array,
  { height, width }: { height: number; width: number },
  { from, to }: { from: Side; to: Side },
  { size, overlap, margin }: Tiling,
  run: (data: Float32Array, tile: Tile) => Promise<Float32Array>,
): Promise<Float32Array> {
  const area = height * width * to.scale ** 2;
  const [sum, weights] = [new Float32Array(to.channels * area), new Float32Array(area)];
  const [rim, blended] = [margin * to.scale, Math.max(1, (overlap - 2 * margin) * to.scale)];
  const ramp = (side: number, start: number, end: number) =>
    Float32Array.from({ length: side * to.scale }, (_, at) => {
      const [left, right] = [at + 0.5 - rim, side * to.scale - at - 0.5 - rim];
      const nearest = Math.min(start === 0 ? blended : left, start + side === end ? blended : right);
      return Math.min(1, Math.max(0, nearest / blended));
    });

  for (const tile of tilesOf(width, height, size, overlap)) {
    const out = await run(cut(data, width * from.scale, from, tile), tile);
    const [across, down] = [ramp(tile.width, tile.x, width), ramp(tile.height, tile.y, height)];
    for (let y = 0; y < down.length; y++)
      for (let x = 0; x < across.length; x++) {
        const weight = across[x]! * down[y]!;
        if (weight === 0) continue;
        const at = (tile.y * to.scale + y) * width * to.scale + tile.x * to.scale + x;
        weights[at]! += weight;
        for (let c = 0; c < to.channels; c++)
          sum[c * area + at]! += weight * out[(c * down.length + y) * across.length + x]!;
      }
  }
  for (let i = 0; i < sum.length; i++) sum[i]! /= weights[i % area]!;
  return sum;
}

/** The tile's part of a tensor whose rows are `stride` long. */
function cut(data: Float32Array, stride: number, { channels, scale }: Side, { x, y, width, height }: Tile) {
  const [w, h, area] = [width * scale, height * scale, data.length / channels];
  const out = new Float32Array(channels * w * h);
  for (let c = 0; c < channels; c++)
    for (let row = 0; row < h; row++) {
      const start = c * area + (y * scale + row) * stride + x * scale;
      out.set(data.subarray(start, start + w), (c * h + row) * w);
    }
  return out;
}
