/** Pictures in, pictures out: what a person asks of a filter. */
import { z } from 'zod';
import { Name, PictureRef, Prompt, Seed, Share } from './request-fields.ts';

/** How the colours of the picture survive a style: not at all, by taking the style's lightness alone, or by matching histograms. */
export const COLOUR_KEEPING = ['no', 'luminance', 'histogram'] as const;
export type ColourKeeping = (typeof COLOUR_KEEPING)[number];

/** A picture, larger. */
export const Upscale = z.strictObject({
  kind: z.literal('upscale'),
  source: PictureRef,
  factor: z.union([z.literal(2), z.literal(4)], { error: 'The factor must be 2 or 4.' }).default(4),
  private: z.boolean().default(false),
});

/** A picture in another manner: that of a brush, of other pictures, or of words. Which pipeline does it, planning decides. */
export const Stylize = z.strictObject({
  kind: z.literal('stylize'),
  source: PictureRef,
  /** An installed brush by name. */
  brush: Name.optional(),
  /** Pictures whose manner it takes, by weight; the masks say where (white), by default everywhere. */
  styles: z
    .array(
      z.strictObject({
        picture: PictureRef,
        weight: z.number().min(0, 'Weights must be 0 to 1.').max(1, 'Weights must be 0 to 1.').default(1),
        mask: PictureRef.optional(),
      }),
    )
    .min(1)
    .max(4, 'At most 4 styles at once.')
    .optional(),
  /** What it should become, in words. */
  words: Prompt.optional(),
  /** fast: one pass of a network; best: Gatys' optimisation, minutes. */
  quality: z.enum(['fast', 'best']).optional(),
  /** 0 leaves the picture as it is, 1 is all style. */
  strength: Share.optional(),
  keepColours: z.enum(COLOUR_KEEPING).default('no'),
  /** White is stylized, black stays. */
  mask: PictureRef.optional(),
  seed: Seed.optional(),
  private: z.boolean().default(false),
});
