/** What folders of controls, depth and pose models say of themselves. */
import { z } from 'zod';
import { about, Graph, Names, oneOrMore, path } from '../manifest-fields.ts';

/** How a vision network wants its pictures: a square, each channel (v − mean) / std of v in 0…1. */
const eyes = {
  size: z.number().int().min(1),
  mean: z.tuple([z.number(), z.number(), z.number()]),
  std: z.tuple([z.number(), z.number(), z.number()]),
};

const ONE = [1, 1, 1] as [number, number, number];
const NONE = [0, 0, 0] as [number, number, number];
/** CLIP's own. Radford et al. 2021. */
const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073] as [number, number, number];
const CLIP_STD = [0.26862954, 0.26130258, 0.27577711] as [number, number, number];

export const Control = z.object({
  ...about,
  kind: z.literal('control'),
  /** The diffusion models it steers, by name. */
  for: oneOrMore,
  form: z.enum(['controlnet', 't2i-adapter', 'ip-adapter']).default('controlnet'),
  /** The hint it was trained on; of ControlNets inside a U-Net one each, in their order. */
  hint: oneOrMore,
  /** What makes residuals, features or picture embeddings. Absent: ControlNets are inside `unet`. */
  graph: Graph.extend({
    file: path.optional(),
    /** IP-Adapter: what its encoder looks at. */
    size: eyes.size.default(224),
    mean: eyes.mean.default(CLIP_MEAN),
    std: eyes.std.default(CLIP_STD),
  }),
  /** Its own U-Net with the inputs it needs, where the diffusion model's has none. */
  unet: path.optional(),
  /** IP-Adapter: embeddings → tokens, where the U-Net does not do that itself. */
  projection: path.optional(),
  /** IP-Adapter: whether its tokens have an input of the U-Net or stand behind the prompt's. */
  tokens: z.enum(['input', 'appended']).default('input'),
  names: z.strictObject({ graph: Names, unet: Names }).default({ graph: {}, unet: {} }),
});

/** How far away everything is. NCHW in, one number a pixel out. */
export const Depth = z.object({
  ...about,
  kind: z.literal('depth'),
  graph: Graph.extend({
    size: eyes.size.default(384),
    mean: eyes.mean.default(NONE),
    std: eyes.std.default(ONE),
  }),
  /** What a large number means. */
  large: z.enum(['near', 'far']).default('near'),
});

/** Where a person's joints are. NCHW in. */
export const Pose = z.object({
  ...about,
  kind: z.literal('pose'),
  graph: Graph.extend({
    size: eyes.size.default(256),
    mean: eyes.mean.default(NONE),
    std: eyes.std.default(ONE),
  }),
  /** A map per joint [1, joints, h, w], or [1, …, joints, 3] of y, x (shares of the side) and score. */
  gives: z.enum(['heatmaps', 'keypoints']).default('heatmaps'),
  /** Whose order the joints are in: COCO's 17, or OpenPose's 18 with the neck second. */
  joints: z.enum(['coco', 'openpose']).default('coco'),
  /** Score below which a joint is not seen. */
  threshold: z.number().default(0.3),
});
