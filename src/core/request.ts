/** What a person asked for, as they typed it. Bots build it, intake turns it into a Recipe. */
import { z } from 'zod';
import { Face, Morph } from './face-request.ts';
import { Stylize, Upscale } from './filter-request.ts';
import {
  Extent,
  MAX_COUNT,
  MAX_FRAMES,
  MAX_PROMPT,
  Name,
  PictureRef,
  Prompt,
  Seed,
  Share,
  WEIGHTINGS,
} from './request-fields.ts';
import { Sampler } from './sampler.ts';

export * from './request-fields.ts';

const side = z
  .number()
  .int('Width and height must be whole numbers.')
  .multipleOf(8, 'Width and height must be multiples of 8.')
  .min(64, 'Width and height must be at least 64.')
  .max(2048, 'Width and height must be at most 2048.');

/** Text → image. Whatever is absent is chosen by the model's own defaults when the Recipe is made. */
const Imagine = z.strictObject({
  kind: z.literal('imagine'),
  prompt: Prompt,
  negativePrompt: z
    .string()
    .max(MAX_PROMPT, `The negative prompt is longer than ${MAX_PROMPT} characters.`)
    .default(''),
  model: Name.optional(),
  count: z
    .number()
    .int('The count must be a whole number.')
    .min(1, 'The count must be 1 to 4.')
    .max(MAX_COUNT, 'The count must be 1 to 4.')
    .default(1),
  seed: Seed.optional(),
  steps: z
    .number()
    .int('Steps must be a whole number.')
    .min(1, 'Steps must be 1 to 150.')
    .max(150, 'Steps must be 1 to 150.')
    .optional(),
  guidance: z.number().min(0, 'Guidance must be 0 to 30.').max(30, 'Guidance must be 0 to 30.').optional(),
  sampler: Sampler.optional(),
  /** In a few steps, by what taught the model to. */
  quick: z.boolean().optional(),
  width: side.optional(),
  height: side.optional(),
  /** Only the person who asked sees the result. */
  private: z.boolean().default(false),
  /** Walk a little from the seed's noise toward another's: slerp(noise(seed), noise(variation.seed), strength). */
  variation: z
    .strictObject({
      seed: Seed,
      strength: Share,
      /** Of a variation of a variation: the walks that led to its picture, first to last. */
      before: z
        .array(z.strictObject({ seed: Seed, strength: Share }))
        .max(32, 'This picture has been varied too often. Begin again from another.')
        .optional(),
    })
    .optional(),
  /** From a picture: how much of it is forgotten, what of it is painted anew, and by how much it grows. */
  init: z
    .strictObject({
      picture: PictureRef,
      strength: Share.optional(),
      mask: PictureRef.optional(),
      extend: Extent.optional(),
    })
    .optional(),
  /** A second pass at so many times the size. */
  hires: z.strictObject({ scale: z.number().min(1.25).max(4), strength: Share.optional() }).optional(),
  /** Frames on the way to other words, another seed, or both. */
  walk: z
    .strictObject({
      prompt: Prompt.optional(),
      seed: Seed.optional(),
      frames: z
        .number()
        .int('Frames must be a whole number.')
        .min(2, `Frames must be 2 to ${MAX_FRAMES}.`)
        .max(MAX_FRAMES, `Frames must be 2 to ${MAX_FRAMES}.`)
        .default(8),
    })
    .optional(),
  controls: z
    .array(
      z.strictObject({
        picture: PictureRef,
        /** canny, scribble, … ; the model is found by it unless named. */
        hint: z.string(),
        model: z.string().optional(),
        weight: z.number().min(0).max(2).default(1),
        from: Share.default(0),
        to: Share.default(1),
        guess: z.boolean().default(false),
      }),
    )
    .max(4, 'At most 4 controls at once.')
    .optional(),
  /** A named style: a template around the prompt. */
  style: z.string().max(64).optional(),
  weighting: z.enum(WEIGHTINGS).optional(),
  clipSkip: z.number().int().min(1).max(12).optional(),
  guidanceRescale: Share.optional(),
  guidanceInterval: z.tuple([Share, Share]).optional(),
});

export const Request = z.discriminatedUnion('kind', [Imagine, Upscale, Stylize, Face, Morph]);
export type Request = z.infer<typeof Request>;
export type RequestInput = z.input<typeof Request>;
export type Kind = Request['kind'];
export type RequestOf<K extends Kind> = Extract<Request, { kind: K }>;

type Named = { readonly [K in Kind]: (request: RequestOf<K>) => readonly (PictureRef | undefined)[] };
const NAMED: Named = {
  imagine: ({ init, controls = [] }) => [init?.picture, init?.mask, ...controls.map(({ picture }) => picture)],
  upscale: ({ source }) => [source],
  stylize: ({ source, mask, styles = [] }) => [source, mask, ...styles.flatMap(({ picture, mask }) => [picture, mask])],
  face: ({ picture }) => [picture],
  morph: ({ stops }) => stops.map((stop) => ('generationId' in stop ? stop : undefined)),
};

/** Every picture a request names. */
export const picturesNamed = <R extends Request>(request: R): PictureRef[] =>
  (NAMED[request.kind] as unknown as (request: R) => readonly (PictureRef | undefined)[])(request).filter(
    (picture) => !!picture,
  );

/** The words that were typed, where there are any. */
export function wordsOf(request: Request): { prompt: string; negativePrompt: string } | undefined {
  if (request.kind === 'imagine') return request;
  if (request.kind === 'stylize' && request.words) return { prompt: request.words, negativePrompt: '' };
  return undefined;
}
