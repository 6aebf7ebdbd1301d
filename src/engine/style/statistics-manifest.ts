/** What folders of models say of themselves whose maps' statistics are a style: the feature net and any-style. */
import { z } from 'zod';
import { about, Graph, path } from '../manifest-fields.ts';

/** A network whose maps are looked at. Gatys et al. 2016 use a VGG's. */
export const Features = z.object({
  ...about,
  kind: z.literal('features'),
  /** image [N, 3, H, W] → a map per layer, named as in `layers`. */
  graph: Graph,
  /** Of each map: how many channels, and how many pixels of the picture a cell of it spans. */
  layers: z.record(z.string(), z.object({ channels: z.number().int(), stride: z.number().int() })),
  /** image, content, guides, gram0 …, content_weight, style_weights → loss and slope. Absent: it cannot paint. */
  gatys: z
    .object({
      file: path,
      /** The layer whose map is the content. */
      content: z.string(),
      /** Whose Gram matrices are the style, in the order of the inputs; `colours` is the picture itself and a one. */
      style: z.array(z.string()).min(1),
    })
    .optional(),
});

/** Encoder and decoder with adaptive instance normalisation between them. Huang & Belongie 2017. */
export const Adain = z.object({
  ...about,
  kind: z.literal('adain'),
  /** image [N, 3, H, W] → maps [N, channels, H / multipleOf, W / multipleOf] → image. */
  graphs: z.object({ encoder: path, decoder: path }),
  channels: z.number().int().min(1),
  range: z.tuple([z.number(), z.number()]),
  /** Sides must be; also how many pixels of the picture a cell of the maps spans. */
  multipleOf: z.number().int().min(1),
  /** Added to a variance before its root. */
  epsilon: z.number().default(1e-5),
  /** How many cells away each network looks. */
  reach: z.object({ encoder: z.number().int(), decoder: z.number().int() }).default({ encoder: 4, decoder: 6 }),
});
