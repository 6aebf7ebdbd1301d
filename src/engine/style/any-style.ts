/** The two networks of AdaIN: pictures to maps of a cell per few pixels, and back. */
import { join } from 'node:path';
import type { Picture } from '../../core/picture.ts';
import type { Installed } from '../catalogue.ts';
import type { Device } from '../device.ts';
import type { ManifestOf } from '../manifest.ts';
import { type Clock, openByteNetwork, openNetwork } from '../network.ts';
import { AFFINE, withAffineInput } from '../onnx/affine-input.ts';
import { editedGraph } from '../onnx/edit.ts';
import type { Model } from '../onnx/model.ts';
import { PIXELS, withPixelEnds } from '../onnx/pixel-ends.ts';
import { pixelFeed } from '../pixel-network.ts';
import { createRooms, type Rooms } from '../rooms.ts';
import type { Affine } from './adain.ts';
import type { Planes } from './planes.ts';

export interface AnyStyle {
  about: Pick<ManifestOf<'adain'>, 'channels' | 'multipleOf' | 'epsilon' | 'reach'>;
  /** Sides multiples of `multipleOf` → [channels, height / multipleOf, width / multipleOf]. */
  encode(picture: Picture, clock: Clock): Promise<Planes>;
  /** The maps are changed on their way in. */
  decode(maps: Planes, change: Affine, clock: Clock): Promise<Picture>;
  /** For maps. */
  rooms: Rooms;
  release(): Promise<void>;
}

export async function openAnyStyle(
  device: Device,
  { folder, manifest }: Installed<ManifestOf<'adain'>>,
): Promise<AnyStyle> {
  const { graphs, channels, multipleOf, range } = manifest;
  const edited = (file: string, edit: (model: Model) => Model) => editedGraph(join(folder, file), edit);
  const encoder = await openNetwork(
    device,
    await edited(graphs.encoder, (model) => withPixelEnds(model, { takes: { range } })),
  );
  const decoder = await openByteNetwork(
    device,
    await edited(graphs.decoder, (model) => withPixelEnds(withAffineInput(model), { gives: { range } })),
  );
  return {
    about: manifest,
    async encode(picture, clock) {
      const answers = await encoder.run(pixelFeed(picture), clock);
      const data = answers[encoder.outputs[0]!.name]! as Float32Array<ArrayBuffer>;
      return { data, width: picture.width / multipleOf, height: picture.height / multipleOf };
    },
    async decode({ data, width, height }, { gain, shift }, clock) {
      const dims = [1, channels, 1, 1];
      const answers = await decoder.run(
        {
          [decoder.inputs[0]!.name]: { data, dims: [1, channels, height, width] },
          [AFFINE.gain]: { data: gain, dims },
          [AFFINE.shift]: { data: shift, dims },
        },
        clock,
      );
      return { data: answers[PIXELS.out]!, width: width * multipleOf, height: height * multipleOf };
    },
    rooms: createRooms(),
    release: async () => void (await Promise.all([encoder.release(), decoder.release()])),
  };
}
