/** Recipes of the generative faces. */
import { z } from 'zod';
import { Display, ModelRef, StoredPicture } from './recipe-fields.ts';
import { MAX_FACES, Seed } from './request-fields.ts';

/** Where in the latent space a face lies: w+ = mix(truncate(mapping(seed))) + edits. */
const point = {
  seed: Seed,
  /** ψ of Karras et al. 2019. */
  truncation: z.number(),
  /** Label → amount along its direction. */
  edits: z.record(z.string(), z.number()),
  /** First and last layer, both included, taken from another seed. */
  mixes: z.array(z.strictObject({ seed: Seed, layers: z.tuple([z.number().int(), z.number().int()]) })),
  /** The w+ found for a picture in so many steps, instead of the seed's. Abdal et al. 2019. */
  projection: z.strictObject({ picture: StoredPicture, steps: z.number().int().min(0) }).optional(),
};

export const FacePoint = z.strictObject(point);
export type FacePoint = z.infer<typeof FacePoint>;

/** Image i has seed + i (mod 2³²). */
export const Face = z.strictObject({
  v: z.literal(1),
  kind: z.literal('face'),
  model: ModelRef,
  ...point,
  count: z.number().int().min(1).max(MAX_FACES),
  display: Display.optional(),
});

/** A walk in w+ through the stops, and back: one moving picture. */
export const Morph = z.strictObject({
  v: z.literal(1),
  kind: z.literal('morph'),
  model: ModelRef,
  /** Of the first stop. */
  seed: Seed,
  stops: z.array(FacePoint).min(2),
  /** From one stop to the next, both included. */
  frames: z.number().int().min(2),
  delayMs: z.number().int().min(20),
  display: Display.optional(),
});
