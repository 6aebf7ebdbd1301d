/** The two networks of AdaIN: pictures to maps of a cell per few pixels, and back. */
import { join } from 'node:path';
import type { Installed } from '../catalogue.ts';
import type { Device } from '../device.ts';
import type { ManifestOf } from '../manifest.ts';
import { type Clock, openNetwork } from '../network.ts';
import { createRooms, type Rooms } from '../rooms.ts';
import type { Planes } from './planes.ts';

export interface AnyStyle {
  about: Pick<ManifestOf<'adain'>, 'channels' | 'range' | 'multipleOf' | 'epsilon' | 'reach'>;
  /** [3, height, width], sides multiples of `multipleOf` → [channels, height / multipleOf, width / multipleOf]. */
  encode(picture: Planes, clock: Clock): Promise<Planes>;
  decode(maps: Planes, clock: Clock): Promise<Planes>;
  /** For pictures and maps. */
  rooms: Rooms;
  release(): Promise<void>;
}

export async function openAnyStyle(
  device: Device,
  { folder, manifest }: Installed<ManifestOf<'adain'>>,
): Promise<AnyStyle> {
  const { graphs, channels, multipleOf } = manifest;
  const encoder = await openNetwork(device, join(folder, graphs.encoder));
  const decoder = await openNetwork(device, join(folder, graphs.decoder));
  const through =
    ({ inputs, outputs, run }: typeof encoder, planes: number, scale: number) =>
    async ({ data, width, height }: Planes, clock: Clock): Promise<Planes> => {
      const answers = await run({ [inputs[0]!.name]: { data, dims: [1, planes, height, width] } }, clock);
      const made = answers[outputs[0]!.name]! as Float32Array<ArrayBuffer>;
      return { data: made, width: width * scale, height: height * scale };
    };
  return {
    about: manifest,
    encode: through(encoder, 3, 1 / multipleOf),
    decode: through(decoder, channels, multipleOf),
    rooms: createRooms(),
    release: async () => void (await Promise.all([encoder.release(), decoder.release()])),
  };
}
