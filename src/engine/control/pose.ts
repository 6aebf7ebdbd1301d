/** Where a person's joints are, drawn as the skeleton that pose ControlNets were trained on. */
import type { Picture } from '../../core/picture.ts';
import type { ManifestOf } from '../manifest.ts';
import type { Clock, Network } from '../network.ts';
import type { HintModel } from './depth.ts';
import { squared } from './eyes.ts';
import { drawSkeletons, type Joint } from './skeleton.ts';

type PoseManifest = Pick<ManifestOf<'pose'>, 'graph' | 'gives' | 'joints' | 'threshold'>;

const COUNT = { coco: 17, openpose: 18 } as const;

export function createPose(network: Network, manifest: PoseManifest): HintModel {
  const { graph, gives, joints, threshold } = manifest;
  const input = graph.input ?? network.inputs[0]!.name;
  const output = network.outputs.find(({ name }) => name === graph.output) ?? network.outputs[0]!;
  const read = { heatmaps: readHeatmaps, keypoints: readKeypoints }[gives];
  return {
    async hint(picture: Picture, clock: Clock) {
      const { data, place } = await squared(picture, graph, 'whole');
      const answers = await network.run({ [input]: { data, dims: [1, 3, graph.size, graph.size] } }, clock);
      const maps = gives === 'heatmaps' && typeof output.shape[1] === 'number' ? output.shape[1] : COUNT[joints];
      const people = read(answers[output.name]!, COUNT[joints], maps);
      // From shares of the square to pixels of the picture that lies on it.
      const onPicture = ({ x, y, score }: Joint): Joint => ({
        x: ((x * graph.size - place.left) / place.width) * picture.width,
        y: ((y * graph.size - place.top) / place.height) * picture.height,
        score,
      });
      const seen = people.map((person) => {
        const found = person.map((joint) => (joint.score >= threshold ? onPicture(joint) : undefined));
        return joints === 'coco' ? withNeck(found) : found;
      });
      return drawSkeletons(seen, picture.width, picture.height);
    },
    release: network.release,
  };
}

/** One person: the highest place of each map, [maps, side, side]. */
function readHeatmaps(data: Float32Array, count: number, maps: number): Joint[][] {
  const area = data.length / maps;
  const side = Math.sqrt(area);
  const joint = (k: number): Joint => {
    let best = k * area;
    for (let i = best; i < (k + 1) * area; i++) if (data[i]! > data[best]!) best = i;
    const at = best - k * area;
    return { x: ((at % side) + 0.5) / side, y: (Math.floor(at / side) + 0.5) / side, score: data[best]! };
  };
  return [Array.from({ length: count }, (_, k) => joint(k))];
}

/** y, x and score of each joint, person after person. As MoveNet. */
function readKeypoints(data: Float32Array, count: number): Joint[][] {
  const joint = (i: number): Joint => ({ y: data[3 * i]!, x: data[3 * i + 1]!, score: data[3 * i + 2]! });
  const people = Math.floor(data.length / (3 * count));
  return Array.from({ length: people }, (_, p) => Array.from({ length: count }, (_, k) => joint(p * count + k)));
}

/** OpenPose's 18 joints by COCO's numbers: right before left, and a neck between the shoulders. Cao et al. 2019. */
function withNeck(coco: readonly (Joint | undefined)[]): (Joint | undefined)[] {
  const [left, right] = [coco[5], coco[6]];
  const middle = (a: number, b: number) => (a + b) / 2;
  const neck = left &&
    right && { x: middle(left.x, right.x), y: middle(left.y, right.y), score: Math.min(left.score, right.score) };
  const [nose, ...others] = [0, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3].map((k) => coco[k]);
  return [nose, neck, ...others];
}
