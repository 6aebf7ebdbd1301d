/** Class probabilities of a picture: the network behind picture moderation. */
import type { Picture } from '../core/picture.ts';
import type { ManifestOf } from './manifest.ts';
import type { Clock, Network } from './network.ts';
import { resample } from './upscale/resample.ts';

/** Network: [1, size, size, 3] → [1, labels]. */
export const createClassifier =
  (network: Network, { graph, labels }: ManifestOf<'picture-safety'>) =>
  async (picture: Picture, clock: Clock): Promise<Record<string, number>> => {
    const { size } = graph;
    const { data } = await resample(picture, size, size);
    const [black, white] = graph.range;
    const input = graph.input ?? network.inputs[0]!.name;
    const pixels = Float32Array.from(data, (byte) => black + (byte / 255) * (white - black));
    const results = await network.run({ [input]: { data: pixels, dims: [1, size, size, 3] } }, clock);
    const scores = results[graph.output ?? network.outputs[0]!.name]!;
    return Object.fromEntries(labels.map((label, i) => [label, scores[i] ?? 0]));
  };
