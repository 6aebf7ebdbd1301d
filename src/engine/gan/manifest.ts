/** What folders of StyleGAN-like networks say of themselves. */
import { z } from 'zod';
import { about, path } from '../manifest-fields.ts';

export const Gan = z.object({
  ...about,
  kind: z.literal('gan'),
  /** Pixels a side of what it draws. */
  resolution: z.number().int().min(4),
  zWidth: z.number().int().min(1),
  wWidth: z.number().int().min(1),
  /** Rows of w+: two per resolution. */
  layers: z.number().int().min(1),
  /** Normals that all layers together take as grain; 0 where the network has none. */
  noiseWidth: z.number().int().min(0),
  /** Whether that noise changes anything: where its strengths are all 0, none is drawn. */
  grain: z.boolean().default(true),
  graph: z.object({
    /** What black and white are. */
    range: z.tuple([z.number(), z.number()]).default([-1, 1]),
  }),
  graphs: z.object({
    /** `z` [N, zWidth] → `w` [N, wWidth]. */
    mapping: path,
    /** `w` [N, layers, wWidth], `noise` [N, noiseWidth] → `image` [N, 3, side, side]. */
    synthesis: path,
    /** `image` → `w` [N, wWidth]: where the search for a picture begins. */
    encoder: path.optional(),
  }),
  /** What the search for a picture goes down along; without it, no picture can be found. See projection.ts. */
  projection: z.object({ slope: path, maps: path }).optional(),
  /** The mean w and the labelled directions. See latents.ts. */
  latents: path,
  /** Labels of the directions in `latents`. */
  attributes: z.array(z.string().min(1)).default([]),
  /** ψ of faces of which nothing else was said: where most are whole, and no two alike. */
  truncation: z.number().min(0).max(1.5).default(0.7),
  /** How much larger its pictures are shown. */
  display: z.object({ upscale: z.number().int().min(1) }).optional(),
});
