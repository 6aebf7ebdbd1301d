/** How far the images of a recipe have come: all that is needed to go on with them to the same bytes. */
import { z } from 'zod';
import type { Latent } from '../tensor.ts';

const Numbers = z.custom<Latent>((value) => value instanceof Float32Array, 'must be numbers');

/** One image on its way: where its walk stands, and how often it has drawn fresh noise. */
const ImageState = z.object({
  step: z.number(),
  at: z.number(),
  x: Numbers,
  memory: z.unknown().optional(),
  drawn: z.number(),
});
export type ImageState = z.infer<typeof ImageState>;

export const RunState = z.object({
  /** Of `passesOf`; those before it are done. */
  pass: z.number(),
  /** What the pass before made; absent where no image needs it any more. */
  before: z.array(Numbers).optional(),
  /** By image; those without one are at the top of the pass. */
  images: z.array(ImageState.nullish().transform((image) => image ?? undefined)),
});
export type RunState = z.infer<typeof RunState>;
