/** The pipeline: a picture to a larger one, tile by tile. */
import type { Picture } from '../../core/picture.ts';
import type { ManifestOf } from '../manifest.ts';
import type { Clock, Network } from '../network.ts';
import { toPlanes } from '../pixels.ts';
import { createRooms } from '../rooms.ts';
import { createCanvas } from './canvas.ts';
import { leastTilesOf, tilesOf } from './tiles.ts';

export interface Upscaler {
  factor: number;
  enlarge(picture: Picture, context: EnlargeContext): Promise<Picture>;
}

export interface EnlargeContext {
  /** A divisor of the network's own, which is the default: every tile is made smaller before it is laid down. */
  factor?: number;
  signal: AbortSignal;
  clock: Clock;
  onTile: (done: number, total: number) => void;
}

/** Network: [1, 3, h, w] → [1, 3, h·factor, w·factor]. */
export function createUpscaler(network: Network, { factor: own, graph, tile }: ManifestOf<'upscale'>): Upscaler {
  const input = network.inputs.find(({ name }) => name === graph.input) ?? network.inputs[0]!;
  const output = network.outputs.find(({ name }) => name === graph.output) ?? network.outputs[0]!;
  const fixed = Number(input.shape[2]); // NaN where the graph takes any size
  const size = Number.isNaN(fixed) ? tile.size : fixed;
  const overlap = Math.min(tile.overlap, Math.floor(size / 4));
  const rooms = createRooms();
  const split = Number.isNaN(fixed) ? leastTilesOf : tilesOf;

  return {
    factor: own,
    async enlarge(picture, { factor = own, signal, clock, onTile }) {
      const tiles = split(picture.width, picture.height, size, overlap);
      const canvas = createCanvas(picture, { tiles, factor, overlap, range: graph.range });
      for (const [i, part] of tiles.entries()) {
        signal.throwIfAborted();
        const [w, h] = Number.isNaN(fixed) ? [part.width, part.height] : [fixed, fixed];
        const data = toPlanes(picture, part.x, part.y, w, h, graph.range, { planes: rooms.borrow(3 * w * h) });
        const results = await network.run({ [input.name]: { data, dims: [1, 3, h, w] } }, clock);
        rooms.giveBack(data);
        onTile(i + 1, tiles.length);
        canvas.add(averaged(results[output.name]!, w * factor, own / factor), w * factor, part);
      }
      return canvas.finish();
    },
  };
}

/** Planes in rows of `width` once every square of so many pixels a side has become its mean. */
function averaged(planes: Float32Array, width: number, side: number): Float32Array {
  if (side === 1) return planes;
  const out = new Float32Array(planes.length / side ** 2);
  const [line, area] = [width * side, side ** 2];
  for (let to = 0, row = 0; to < out.length; row += line * side)
    for (let x = row; x < row + line; x += side, to++) {
      let sum = 0;
      for (let y = x; y < x + line * side; y += line) for (let at = y; at < y + side; at++) sum += planes[at]!;
      out[to] = sum / area;
    }
  return out;
}
