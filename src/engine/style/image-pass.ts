/** A picture through an image-to-image graph: whole, or in tiles that join without seams. */
import { AppError } from '../../core/errors.ts';
import type { Picture } from '../../core/picture.ts';
import type { ManifestOf } from '../manifest.ts';
import type { Clock } from '../network.ts';
import type { PixelNetwork } from '../pixel-network.ts';
import { enlarged, partOf } from '../pixels.ts';
import { createCanvas } from '../upscale/canvas.ts';
import { resample } from '../upscale/resample.ts';
import { tilesOf } from '../upscale/tiles.ts';
import { mirror, roundedUp, type Size } from './planes.ts';

/** The same picture gives the same picture: there is no chance in it. */
export type ImagePass = (picture: Picture, context: PassContext) => Promise<Picture>;

interface PassContext {
  signal: AbortSignal;
  clock: Clock;
  onTile?: () => void;
}

type Manifest = Pick<ManifestOf<'style-transfer' | 'translate'>, 'name' | 'multipleOf' | 'tile'>;

/** Network: a picture to one of the same size, in colours or greys. */
export function createImagePass(network: PixelNetwork, manifest: Manifest): ImagePass {
  const { name, multipleOf } = manifest;
  const { fixed } = network;
  const tile = manifest.tile && tileOf(manifest.tile, fixed);

  const run = async (picture: Picture, { signal, clock, onTile }: PassContext): Promise<Picture> => {
    signal.throwIfAborted();
    const made = await network.run(picture, clock);
    onTile?.();
    const { width, height } = picture;
    const channels = made.length / (width * height);
    if (channels !== 3 && channels !== 1)
      throw new AppError(
        'model_corrupt',
        `The model ${name} answered with a picture of another size than it was given. Its model.json must say which sides it takes (multipleOf).`,
      );
    return { width, height, data: channels === 3 ? made : threefold(made) };
  };

  const paint = async (picture: Picture, context: PassContext): Promise<Picture> => {
    const { width, height } = picture;
    if (!tile || (width <= tile.size && height <= tile.size)) return run(picture, context);
    const { size, overlap } = inCells(tile, multipleOf);
    // A network with strides must see every tile begin where it would begin a stride.
    const tiles = tilesOf(width / multipleOf, height / multipleOf, size, overlap).map((part) =>
      enlarged(part, multipleOf),
    );
    const margin = Math.floor(overlap * UNSEEN) / overlap;
    const canvas = createCanvas(picture, { tiles, factor: 1, overlap: overlap * multipleOf, margin });
    for (const part of tiles) canvas.add(await run(partOf(picture, part), context), part);
    return canvas.finish();
  };

  return async (picture, context) => {
    const { width, height } = picture;
    if (fixed && !tile) {
      const made = await run(await resample(picture, fixed.width, fixed.height), context);
      return resample(made, width, height);
    }
    const size = atLeast(roundedUp(picture, multipleOf), fixed);
    const made = await paint(partOf(picture, { x: 0, y: 0, ...size }, mirror), context);
    return partOf(made, { x: 0, y: 0, width, height });
  };
}

/** Of what neighbours share: a network looks no further than this beyond its edge. */
const UNSEEN = 3 / 8;

/** Of a graph of fixed size a tile is all that it takes, if that is square. */
function tileOf(tile: NonNullable<Manifest['tile']>, fixed: Size | undefined): Manifest['tile'] {
  if (!fixed) return tile;
  return fixed.width === fixed.height ? { ...tile, size: fixed.width } : undefined;
}

/** In cells of so many pixels. */
const inCells = ({ size, overlap }: { size: number; overlap: number }, multipleOf: number) => ({
  size: Math.max(2, Math.floor(size / multipleOf)),
  overlap: Math.max(1, Math.round(overlap / multipleOf)),
});

const atLeast = (size: Size, least: Size | undefined): Size =>
  least ? { width: Math.max(size.width, least.width), height: Math.max(size.height, least.height) } : size;

/** The same grey in every channel. */
function threefold(greys: Uint8Array): Uint8Array {
  const out = new Uint8Array(greys.length * 3);
  for (let i = 0, to = 0; i < greys.length; i++, to += 3) out.fill(greys[i]!, to, to + 3);
  return out;
}
