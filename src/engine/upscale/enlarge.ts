/** The pipeline: a picture to a larger one, tile by tile. */
import { AppError } from '../../core/errors.ts';
import type { Picture } from '../../core/picture.ts';
import type { ManifestOf } from '../manifest.ts';
import type { Clock } from '../network.ts';
import type { PixelNetwork } from '../pixel-network.ts';
import { enlarged, partOf } from '../pixels.ts';
import { createCanvas } from './canvas.ts';
import { leastTilesOf, type Tile, tilesOf } from './tiles.ts';

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

type Manifest = Pick<ManifestOf<'upscale'>, 'name' | 'factor' | 'tile'>;

/** Network: a picture to one `factor` times larger. */
export function createUpscaler(network: PixelNetwork, { name, factor: own, tile }: Manifest): Upscaler {
  const { fixed } = network;
  const size = fixed ? Math.min(fixed.width, fixed.height) : tile.size;
  const overlap = Math.min(tile.overlap, Math.floor(size / 4));
  const split = fixed ? tilesOf : leastTilesOf;

  return {
    factor: own,
    async enlarge(picture, { factor = own, signal, clock, onTile }) {
      const tiles = split(picture.width, picture.height, size, overlap);
      const larger = async (part: Tile, done: number): Promise<Picture> => {
        signal.throwIfAborted();
        const { width, height } = { ...part, ...fixed };
        const made = await network.run(partOf(picture, { ...part, width, height }), clock);
        onTile(done, tiles.length);
        if (made.length !== 3 * width * height * own ** 2)
          throw new AppError(
            'model_corrupt',
            `The model ${name} does not enlarge ${own} times, as its model.json says.`,
          );
        const data = averaged(made, width * factor, own / factor);
        return { width: width * factor, height: height * factor, data };
      };
      const [only, ...others] = tiles as [Tile, ...Tile[]];
      if (others.length === 0) return partOf(await larger(only, 1), enlarged(only, factor));
      const canvas = createCanvas(picture, { tiles, factor, overlap });
      for (const [i, part] of tiles.entries()) canvas.add(await larger(part, i + 1), part);
      return canvas.finish();
    },
  };
}

/** Rows of `width` pixels once every square of so many pixels a side has become its mean. */
function averaged(pixels: Uint8Array, width: number, side: number): Uint8Array {
  if (side === 1) return pixels;
  const out = new Uint8ClampedArray(pixels.length / side ** 2);
  const line = 3 * width * side;
  for (let to = 0, row = 0; to < out.length; row += line * side)
    for (let x = row; x < row + line; x += 3 * side)
      for (let c = x; c < x + 3; c++, to++) {
        let sum = 0;
        for (let y = c; y < c + line * side; y += line) for (let at = y; at < y + 3 * side; at += 3) sum += pixels[at]!;
        out[to] = sum / side ** 2;
      }
  return new Uint8Array(out.buffer);
}
