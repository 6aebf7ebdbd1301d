/** Faces from a generative network: what a person asks of it. */
import { z } from 'zod';
import { MAX_FACES, MAX_FRAMES, Name, OurPicture, PictureRef, Seed } from './request-fields.ts';

/** Layers of the synthesis network by what they decide: shape, parts, colours. */
export const LAYER_GROUPS = ['coarse', 'middle', 'fine'] as const;
export type LayerGroup = (typeof LAYER_GROUPS)[number];

export const MAX_EDIT = 3;

/** Amounts along labelled directions, by the label: `smile` +2, `glasses` −1. */
export const Attributes = z.record(
  z.string().max(40),
  z.number().min(-MAX_EDIT, 'Attributes go from −3 to 3.').max(MAX_EDIT, 'Attributes go from −3 to 3.'),
);

const Truncation = z.number().min(0, 'Truncation must be 0 to 1.5.').max(1.5, 'Truncation must be 0 to 1.5.');

const layer = z.number().int().min(0).max(17);

/** New faces, or the one most like a picture. */
export const Face = z.strictObject({
  kind: z.literal('face'),
  count: z
    .number()
    .int('The count must be a whole number.')
    .min(1, `The count must be 1 to ${MAX_FACES}.`)
    .max(MAX_FACES, `The count must be 1 to ${MAX_FACES}.`)
    .default(1),
  seed: Seed.optional(),
  /** ψ: 0 is the mean face, 1 the full variety. Karras et al. 2019, section B. */
  truncation: Truncation.optional(),
  attributes: Attributes.default({}),
  /** Layers taken from another seed's face. Karras et al. 2019, section 3.1. */
  mix: z
    .array(z.strictObject({ seed: Seed, layers: z.union([z.enum(LAYER_GROUPS), z.tuple([layer, layer])]) }))
    .max(8)
    .optional(),
  /** A picture to be found among the faces (projection), instead of a seed. */
  picture: PictureRef.optional(),
  model: Name.optional(),
  private: z.boolean().default(false),
});

/** A moving picture from one of our pictures to another, and back. */
export const Morph = z.strictObject({
  kind: z.literal('morph'),
  /** A seed stands for the face of that seed, otherwise like the one before. */
  stops: z
    .array(z.union([OurPicture, z.strictObject({ seed: Seed })]))
    .min(2, 'A morph needs two pictures.')
    .max(9, 'A morph goes through at most 9 pictures.'),
  /** From one stop to the next, both included. */
  frames: z
    .number()
    .int('Frames must be whole.')
    .min(2, `Frames must be 2 to ${MAX_FRAMES}.`)
    .max(MAX_FRAMES)
    .default(24),
  private: z.boolean().default(false),
});
