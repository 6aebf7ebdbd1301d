/** The project's feature net for metrics: rows for distributions, maps for likeness, concepts for the Inception score. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../src/core/errors.ts';
import type { Picture } from '../../src/core/picture.ts';
import type { Catalogue } from '../../src/engine/catalogue.ts';
import type { Device } from '../../src/engine/device.ts';
import { openNetwork } from '../../src/engine/network.ts';
import { toPlanes } from '../../src/engine/pixels.ts';
import { type Maps, perceptualDistance } from '../metrics/perceptual.ts';

export interface Features {
  /** relu1_2, relu2_2, relu3_2, relu4_2. */
  maps(picture: Picture): Promise<Maps[]>;
  /** The 256 means of relu4_2: one row of a set. */
  row(picture: Picture): Promise<Float32Array>;
  /** The perceptual distance of two pictures' maps. */
  distance: typeof perceptualDistance;
  release(): Promise<void>;
}

const LAYERS = { relu1_2: 32, relu2_2: 64, relu3_2: 128, relu4_2: 256 };

export async function openFeatures(catalogue: Catalogue, device: Device): Promise<Features> {
  const found = catalogue.models.find(({ manifest }) => manifest.kind === 'features');
  if (!found) throw new AppError('model_missing', 'The metrics need the model folder "features". Restore it from git.');
  const network = await openNetwork(device, join(found.folder, 'model.onnx'));
  const run = (picture: Picture) => {
    const { width, height } = picture;
    const data = toPlanes(picture, 0, 0, width, height, [-1, 1]);
    return network.run({ image: { data, dims: [1, 3, height, width] } }, { runMs: 0 });
  };
  return {
    async maps(picture) {
      const results = await run(picture);
      return Object.entries(LAYERS).map(([name, channels]) => ({ channels, data: results[name]! }));
    },
    row: async (picture) => meansOf({ channels: LAYERS.relu4_2, data: (await run(picture)).relu4_2! }),
    distance: perceptualDistance,
    release: () => network.release(),
  };
}

/** The mean of each channel of a layer: of relu4_2, one row of a set. */
export function meansOf({ channels, data }: Maps): Float32Array {
  const places = data.length / channels;
  return Float32Array.from({ length: channels }, (_, c) => {
    let sum = 0;
    for (let p = 0; p < places; p++) sum += data[c * places + p]!;
    return sum / places;
  });
}

/** Rows kept as little-endian halves, `width` to a row. */
export async function readRows(path: string, width: number): Promise<Float32Array[]> {
  const bytes = await readFile(path);
  const { fromHalves } = await import('../../src/engine/float16.ts');
  const all = fromHalves(new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)));
  return Array.from({ length: all.length / width }, (_, i) => all.subarray(i * width, (i + 1) * width));
}
