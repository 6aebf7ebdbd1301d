/** The pipeline: a picture to a larger one, tile by tile. */
import type { Picture } from '../../core/picture.ts';
import type { ManifestOf } from '../manifest.ts';
import type { Clock, Network } from '../network.ts';
import { toPicture, toPlanes } from '../pixels.ts';
import { feather, type Tile, tilesOf } from './tiles.ts';

export interface Upscaler {
  factor: number;
  /** Tiles a picture takes: the steps of its progress. */
  tiles(picture: Picture): number;
  enlarge(picture: Picture, context: EnlargeContext): Promise<Picture>;
}

export interface EnlargeContext {
  signal: AbortSignal;
  clock: Clock;
  onTile: (done: number, total: number) => void;
}

/** Network: [1, 3, h, w] → [1, 3, h·factor, w·factor]. */
export function createUpscaler(network: Network, { factor, graph, tile }: ManifestOf<'upscale'>): Upscaler {
  const input = network.inputs.find(({ name }) => name === graph.input) ?? network.inputs[0]!;
  const output = network.outputs.find(({ name }) => name === graph.output) ?? network.outputs[0]!;
  const fixed = Number(input.shape[2]); // NaN where the graph takes any size
  const size = Number.isNaN(fixed) ? tile.size : fixed;
  const overlap = Math.min(tile.overlap, Math.floor(size / 4));
  const split = ({ width, height }: Picture) => tilesOf(width, height, size, overlap);

  return {
    factor,
    tiles: (picture) => split(picture).length,
    async enlarge(picture, { signal, clock, onTile }) {
      const [width, height] = [picture.width * factor, picture.height * factor];
      const sum = new Float32Array(width * height * 3);
      const weights = new Float32Array(width * height);
      const tiles = split(picture);
      for (const [i, part] of tiles.entries()) {
        signal.throwIfAborted();
        const [w, h] = Number.isNaN(fixed) ? [part.width, part.height] : [fixed, fixed];
        const data = toPlanes(picture, part.x, part.y, w, h, graph.range);
        const results = await network.run({ [input.name]: { data, dims: [1, 3, h, w] } }, clock);
        add(results[output.name]!, w * factor, part, { picture, factor, overlap, sum, weights });
        onTile(i + 1, tiles.length);
      }
      for (let c = 0; c < 3; c++) for (let i = 0; i < weights.length; i++) sum[c * weights.length + i]! /= weights[i]!;
      return toPicture(sum, width, height, graph.range);
    },
  };
}

interface Canvas {
  picture: Picture;
  factor: number;
  overlap: number;
  /** [3, height, width] of the result, and the weight each pixel has so far. */
  sum: Float32Array;
  weights: Float32Array;
}

function add(
  planes: Float32Array,
  stride: number,
  tile: Tile,
  { picture, factor, overlap, sum, weights }: Canvas,
): void {
  const width = picture.width * factor;
  const area = planes.length / 3;
  const [tileWidth, tileHeight, shared] = [tile.width * factor, tile.height * factor, Math.max(1, overlap * factor)];
  const across = (x: number) => feather(x, tileWidth, shared, tile.x === 0, tile.x + tile.width === picture.width);
  const down = (y: number) => feather(y, tileHeight, shared, tile.y === 0, tile.y + tile.height === picture.height);
  for (let y = 0; y < tileHeight; y++)
    for (let x = 0; x < tileWidth; x++) {
      const weight = across(x) * down(y);
      const to = (tile.y * factor + y) * width + tile.x * factor + x;
      weights[to]! += weight;
      for (let c = 0; c < 3; c++) sum[c * weights.length + to]! += weight * planes[c * area + y * stride + x]!;
    }
}
