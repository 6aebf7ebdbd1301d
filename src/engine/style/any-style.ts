/** The two networks of AdaIN: pictures to maps of a cell per few pixels, and back. */
import { join } from 'node:path';
import type { Picture } from '../../core/picture.ts';
import type { Installed } from '../catalogue.ts';
import type { Device } from '../device.ts';
import type { ManifestOf } from '../manifest.ts';
import { type Clock, openByteNetwork, openNetwork } from '../network.ts';
import { PIXELS } from '../onnx/pixel-ends.ts';
import { openPixelEnds, pixelFeed } from '../pixel-network.ts';
import { createRooms, type Rooms } from '../rooms.ts';
import type { Planes } from './planes.ts';

export interface AnyStyle {
  about: Pick<ManifestOf<'adain'>, 'channels' | 'multipleOf' | 'epsilon' | 'reach'>;
  /** Sides multiples of `multipleOf` → [channels, height / multipleOf, width / multipleOf]. */
  encode(picture: Picture, clock: Clock): Promise<Planes>;
  decode(maps: Planes, clock: Clock): Promise<Picture>;
  /** For maps. */
  rooms: Rooms;
  release(): Promise<void>;
}

export async function openAnyStyle(
  device: Device,
  { folder, manifest }: Installed<ManifestOf<'adain'>>,
): Promise<AnyStyle> {
  const { graphs, channels, multipleOf, range } = manifest;
  const encoder = await openNetwork(device, await openPixelEnds(join(folder, graphs.encoder), { takes: { range } }));
  const decoder = await openByteNetwork(
    device,
    await openPixelEnds(join(folder, graphs.decoder), { gives: { range } }),
  );
  return {
    about: manifest,
    async encode(picture, clock) {
      const answers = await encoder.run(pixelFeed(picture), clock);
      const data = answers[encoder.outputs[0]!.name]! as Float32Array<ArrayBuffer>;
      return { data, width: picture.width / multipleOf, height: picture.height / multipleOf };
    },
    async decode({ data, width, height }, clock) {
      const feeds = { [decoder.inputs[0]!.name]: { data, dims: [1, channels, height, width] } };
      const answers = await decoder.run(feeds, clock);
      return { data: answers[PIXELS.out]!, width: width * multipleOf, height: height * multipleOf };
    },
    rooms: createRooms(),
    release: async () => void (await Promise.all([encoder.release(), decoder.release()])),
  };
}
