/** Recipes of the pipelines that turn a picture into another. */
import { z } from 'zod';
import { COLOUR_KEEPING } from './filter-request.ts';
import { ModelRef, StoredPicture } from './recipe-fields.ts';
import { Seed, Share } from './request-fields.ts';

const filter = {
  v: z.literal(1),
  model: ModelRef,
  source: StoredPicture,
  /** The seed of the picture it is made from, so that the record still names it. */
  seed: Seed,
};

const style = {
  /** 0 leaves the picture as it is, 1 is all style. */
  strength: Share,
  keepColours: z.enum(COLOUR_KEEPING),
  /** White is stylized, black stays. */
  mask: StoredPicture.optional(),
};

/** Pixels of the result of one that is made smaller first; absent: those of the source. */
const size = { width: z.number().int().optional(), height: z.number().int().optional() };

const Style = z.strictObject({
  picture: StoredPicture,
  /** Its share; those of all styles add up to 1. */
  weight: Share,
  /** Where it is used (white); absent: everywhere. */
  mask: StoredPicture.optional(),
});

export const Upscale = z.strictObject({ ...filter, kind: z.literal('upscale'), factor: z.number().int() });

/** One pass of an image-to-image network: Johnson et al. 2016, or one direction of a CycleGAN, Zhu et al. 2017. */
export const Brush = z.strictObject({
  ...filter,
  ...style,
  ...size,
  kind: z.literal('brush'),
  /** Of a model with two: which way. */
  direction: z.enum(['forward', 'backward']).optional(),
});

/** Adaptive instance normalisation. Huang & Belongie 2017. */
export const Adain = z.strictObject({
  ...filter,
  ...style,
  ...size,
  kind: z.literal('adain'),
  styles: z.array(Style).min(1),
});

/** Optimisation over pixels. Gatys et al. 2016. */
export const Gatys = z.strictObject({
  ...filter,
  ...style,
  kind: z.literal('gatys'),
  styles: z.array(Style).min(1),
  /** Pixels of the result. */
  width: z.number().int(),
  height: z.number().int(),
  /** Iterations of L-BFGS at each scale, coarse to fine; every scale has twice the sides of the one before. */
  iterations: z.array(z.number().int().min(1)).min(1),
  /** Of total variation, beside a content weight of 1. */
  smoothness: z.number().min(0),
});
