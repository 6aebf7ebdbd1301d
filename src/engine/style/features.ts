/** The feature net: what a picture's content and style are to it, and how far another picture is from them, with the slope. */
import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { Installed } from '../catalogue.ts';
import type { Device } from '../device.ts';
import type { ManifestOf } from '../manifest.ts';
import { type Clock, openNetwork } from '../network.ts';
import { concat, type Feed } from '../tensor.ts';
import { type Gram, gram, withOne } from './gram.ts';
import type { Evaluation } from './objective.ts';
import type { Planes } from './planes.ts';

export interface FeatureNet {
  /** What black and white are to it. */
  range: readonly [number, number];
  /** Sides of pictures must be multiples of it, and twice it at least. */
  stride: number;
  /** The map of the content layer. */
  content(picture: Planes, clock: Clock): Promise<Float32Array<ArrayBuffer>>;
  /** A Gram matrix per style layer. */
  style(picture: Planes, clock: Clock): Promise<Gram[]>;
  /** Gatys et al. 2016, eq. 7, and its slope [3, height, width]. */
  loss(picture: Planes, target: Target, clock: Clock): Promise<Evaluation<Float32Array<ArrayBuffer>>>;
  release(): Promise<void>;
}

export interface Target {
  content: Float32Array;
  contentWeight: number;
  /** Parts of the picture with a style each; none of them empty. */
  regions: readonly { guide: Float32Array; grams: readonly Gram[]; weight: number }[];
}

export async function openFeatureNet(
  device: Device,
  { folder, manifest }: Installed<ManifestOf<'features'>>,
): Promise<FeatureNet> {
  const { graph, layers, gatys } = manifest;
  if (!gatys)
    throw new AppError('model_missing', `${manifest.name} has no graph to paint with. Install its gatys.onnx.`);
  const [seeing, painting] = await Promise.all(
    [graph.file, gatys.file].map((file) => openNetwork(device, join(folder, file))),
  );
  const input = graph.input ?? seeing!.inputs[0]!.name;
  const look = ({ data, width, height }: Planes, clock: Clock) =>
    seeing!.run({ [input]: { data, dims: [1, 3, height, width] } }, clock);
  const stride = Math.max(...[gatys.content, ...gatys.style].map((layer) => layers[layer]?.stride ?? 1));
  const { channels, stride: contentStride } = layers[gatys.content]!;

  return {
    range: graph.range,
    stride,
    content: async (picture, clock) => (await look(picture, clock))[gatys.content]! as Float32Array<ArrayBuffer>,
    async style(picture, clock) {
      const maps = await look(picture, clock);
      return gatys.style.map((layer) =>
        layer === COLOURS ? gram(withOne(picture.data), 4) : gram(maps[layer]!, layers[layer]!.channels),
      );
    },
    async loss({ data, width, height }, { content, contentWeight, regions }, clock) {
      const n = regions.length;
      const grams = gatys.style.map((layer, i): [string, Feed] => {
        const side = layer === COLOURS ? 4 : layers[layer]!.channels;
        return [`gram${i}`, { data: together(regions.map(({ grams }) => grams[i]!)), dims: [n, side, side] }];
      });
      const answers = await painting!.run(
        {
          image: { data, dims: [1, 3, height, width] },
          content: { data: content, dims: [1, channels, height / contentStride, width / contentStride] },
          guides: { data: together(regions.map(({ guide }) => guide)), dims: [n, 1, height, width] },
          ...Object.fromEntries(grams),
          content_weight: { data: [contentWeight], dims: [1] },
          style_weights: { data: regions.map(({ weight }) => weight), dims: [n] },
        },
        clock,
      );
      return { value: answers.loss![0]!, slope: answers.slope! as Float32Array<ArrayBuffer> };
    },
    release: async () => void (await Promise.all([seeing!.release(), painting!.release()])),
  };
}

/** The style layer that is not the network's: the picture's own planes and one of ones. */
const COLOURS = 'colours';

const together = (parts: readonly Float32Array[]) => (parts.length === 1 ? parts[0]! : concat(parts));
