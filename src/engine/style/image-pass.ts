/** A picture through an image-to-image graph: whole, or in tiles that join without seams. */
import { AppError } from '../../core/errors.ts';
import type { Picture } from '../../core/picture.ts';
import { inTiles, type Tiling } from '../diffusion/tiled.ts';
import type { ManifestOf } from '../manifest.ts';
import type { Clock, Network } from '../network.ts';
import { createRooms } from '../rooms.ts';
import { resample } from '../upscale/resample.ts';
import { cropped, type Planes, pictureOf, planesOf, roundedUp, type Size } from './planes.ts';

/** The same picture gives the same picture: there is no chance in it. */
export type ImagePass = (picture: Picture, context: PassContext) => Promise<Picture>;

interface PassContext {
  signal: AbortSignal;
  clock: Clock;
  onTile?: () => void;
}

type Manifest = Pick<
  ManifestOf<'style-transfer' | 'translate'>,
  'name' | 'graph' | 'outputRange' | 'layout' | 'multipleOf' | 'tile'
>;

/** Network: [1, 3, h, w] → [1, 3, h, w] or [1, 1, h, w]; with layout NHWC the channels come last. */
export function createImagePass(network: Network, manifest: Manifest): ImagePass {
  const { graph, outputRange = graph.range, layout, multipleOf } = manifest;
  const input = network.inputs.find(({ name }) => name === graph.input) ?? network.inputs[0]!;
  const output = network.outputs.find(({ name }) => name === graph.output) ?? network.outputs[0]!;
  const fixed = fixedSize(input.shape, layout);
  const tile = manifest.tile && tileOf(manifest.tile, fixed);
  const rooms = createRooms();

  const run = async ({ data, width, height }: Planes, { clock, onTile }: PassContext): Promise<Float32Array> => {
    const last = layout === 'NHWC';
    const feed = last
      ? { data: transposed(data, 3, width * height), dims: [1, height, width, 3] }
      : { data, dims: [1, 3, height, width] };
    const results = await network.run({ [input.name]: feed }, clock);
    const made = results[output.name]!;
    onTile?.();
    const channels = made.length / (width * height);
    if (channels !== 3 && channels !== 1)
      throw new AppError(
        'model_corrupt',
        `The model ${manifest.name} answered with a picture of another size than it was given. Its model.json must say which sides it takes (multipleOf).`,
      );
    const planes = last ? transposed(made, width * height, channels) : made;
    return channels === 3 ? planes : threefold(planes);
  };

  const paint = async (planes: Planes, context: PassContext): Promise<Float32Array> => {
    const { width, height, data } = planes;
    if (!tile || (width <= tile.size && height <= tile.size)) return run(planes, context);
    const cells = { width: width / multipleOf, height: height / multipleOf };
    const side = { channels: 3, scale: multipleOf };
    return inTiles(data, cells, { from: side, to: side }, tilingOf(tile, multipleOf), (data, part) => {
      context.signal.throwIfAborted();
      return run({ data: floats(data), width: part.width * multipleOf, height: part.height * multipleOf }, context);
    });
  };

  return async (picture, context) => {
    context.signal.throwIfAborted();
    if (fixed && !tile) {
      const square = planesOf(await resample(picture, fixed.width, fixed.height), graph.range);
      const made = pictureOf({ ...square, data: floats(await paint(square, context)) }, outputRange);
      return resample(made, picture.width, picture.height);
    }
    const size = atLeast(roundedUp(picture, multipleOf), fixed);
    const planes = planesOf(picture, graph.range, size, rooms.borrow(3 * size.width * size.height));
    const made = cropped({ ...size, data: floats(await paint(planes, context)) }, picture);
    rooms.giveBack(planes.data);
    return pictureOf(made, outputRange);
  };
}

/** Of a graph of fixed size a tile is all that it takes, if that is square. */
function tileOf(tile: NonNullable<Manifest['tile']>, fixed: Size | undefined): Manifest['tile'] {
  if (!fixed) return tile;
  return fixed.width === fixed.height ? { ...tile, size: fixed.width } : undefined;
}

/** In cells of so many pixels: a network with strides must see every tile begin where it would begin a stride. */
function tilingOf({ size, overlap }: { size: number; overlap: number }, multipleOf: number): Tiling {
  const cells = Math.max(1, Math.round(overlap / multipleOf));
  return { size: Math.max(2, Math.floor(size / multipleOf)), overlap: cells, margin: Math.floor((cells * 3) / 8) };
}

/** Graphs exported for one size say so. */
function fixedSize(shape: readonly (number | string)[], layout: Manifest['layout']): Size | undefined {
  const [height, width] = layout === 'NHWC' ? shape.slice(1, 3) : shape.slice(2, 4);
  const sides = { width: Number(width), height: Number(height) };
  return sides.width > 0 && sides.height > 0 ? sides : undefined;
}

const atLeast = (size: Size, least: Size | undefined): Size =>
  least ? { width: Math.max(size.width, least.width), height: Math.max(size.height, least.height) } : size;

/** [rows, columns] → [columns, rows] */
function transposed(data: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) out[column * rows + row] = data[row * columns + column]!;
  return out;
}

function threefold(plane: Float32Array): Float32Array {
  const out = new Float32Array(plane.length * 3);
  for (let c = 0; c < 3; c++) out.set(plane, c * plane.length);
  return out;
}

const floats = (data: Float32Array): Float32Array<ArrayBuffer> => data as Float32Array<ArrayBuffer>;
