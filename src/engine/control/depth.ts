/** Near is bright, far is dark: relative depth from one picture. As MiDaS, Ranftl et al. 2020. */
import type { Picture } from '../../core/picture.ts';
import type { ManifestOf } from '../manifest.ts';
import type { Clock, Network } from '../network.ts';
import { resample } from '../upscale/resample.ts';
import { squared } from './eyes.ts';
import { greyPicture } from './plane.ts';

/** A model that makes hints of pictures. */
export interface HintModel {
  hint(picture: Picture, clock: Clock): Promise<Picture>;
  release(): Promise<void>;
}

export function createDepth(network: Network, manifest: Pick<ManifestOf<'depth'>, 'graph' | 'large'>): HintModel {
  const { graph, large } = manifest;
  const input = graph.input ?? network.inputs[0]!.name;
  const output = graph.output ?? network.outputs[0]!.name;
  return {
    async hint(picture, clock) {
      const { data } = await squared(picture, graph, 'stretched');
      const answers = await network.run({ [input]: { data, dims: [1, 3, graph.size, graph.size] } }, clock);
      const depth = Float64Array.from(answers[output]!);
      const [low, high] = [depth.reduce((a, b) => Math.min(a, b)), depth.reduce((a, b) => Math.max(a, b))];
      const share = (v: number) => (high > low ? (v - low) / (high - low) : 0);
      const bright = depth.map((v) => 255 * (large === 'near' ? share(v) : 1 - share(v)));
      const side = Math.sqrt(depth.length);
      return resample(greyPicture({ width: side, height: side, data: bright }), picture.width, picture.height);
    },
    release: network.release,
  };
}
