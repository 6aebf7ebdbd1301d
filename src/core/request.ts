/** What a person asked for, as they typed it. Bots build it, intake turns it into a Recipe. */
import { z } from 'zod';
import { Sampler } from './sampler.ts';

/** Ways to apply the weights of a prompt's words, as the programs of these names do. */
export const WEIGHTINGS = ['a1111', 'compel', 'comfy', 'none'] as const;
export type Weighting = (typeof WEIGHTINGS)[number];

export const MAX_PROMPT = 6000;
export const MAX_SEED = 2 ** 32 - 1;
export const MAX_COUNT = 4;
export const MAX_FRAMES = 60;

const prompt = z
  .string({ error: 'Type what the picture should show.' })
  .transform((text) =>
    text
      .normalize('NFC')
      .replace(/\s*\p{Cc}\s*/gu, ' ')
      .trim(),
  ) // control characters, NUL among them
  .pipe(
    z
      .string()
      .min(1, 'The prompt is empty. Type what the picture should show.')
      .max(MAX_PROMPT, `The prompt is longer than ${MAX_PROMPT} characters. Shorten it.`),
  );

export const Seed = z
  .number({ error: 'The seed must be a number.' })
  .int('The seed must be a whole number.')
  .min(0, 'The seed must be 0 or more.')
  .max(MAX_SEED, `The seed must be at most ${MAX_SEED} (2³² − 1).`);

export const Share = z.number().min(0, 'A share must be 0 to 1.').max(1, 'A share must be 0 to 1.');

const margin = z.number().int('Margins must be whole numbers of pixels.').min(0).max(2048).default(0);
/** Pixels of new canvas on each side. */
export const Extent = z.strictObject({ left: margin, top: margin, right: margin, bottom: margin });

/** One of our pictures, or one that was handed in and is stored under a key. */
export const PictureRef = z.union([
  z.strictObject({
    generationId: z.uuid(),
    index: z
      .number()
      .int()
      .min(0)
      .max(MAX_COUNT - 1),
  }),
  z.strictObject({ key: z.string(), sha256: z.string().length(64), width: z.number().int(), height: z.number().int() }),
]);
export type PictureRef = z.infer<typeof PictureRef>;

const side = z
  .number()
  .int('Width and height must be whole numbers.')
  .multipleOf(8, 'Width and height must be multiples of 8.')
  .min(64, 'Width and height must be at least 64.')
  .max(2048, 'Width and height must be at most 2048.');

/** Text → image. Whatever is absent is chosen by the model's own defaults when the Recipe is made. */
const Imagine = z.strictObject({
  kind: z.literal('imagine'),
  prompt,
  negativePrompt: z
    .string()
    .max(MAX_PROMPT, `The negative prompt is longer than ${MAX_PROMPT} characters.`)
    .default(''),
  model: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'There is no model of that name.')
    .optional(),
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
      prompt: prompt.optional(),
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

/** One of our pictures, larger. */
const Upscale = z.strictObject({
  kind: z.literal('upscale'),
  source: z.strictObject({
    generationId: z.uuid(),
    index: z
      .number()
      .int()
      .min(0)
      .max(MAX_COUNT - 1),
  }),
  factor: z.union([z.literal(2), z.literal(4)]).default(4),
  private: z.boolean().default(false),
});

export const Request = z.discriminatedUnion('kind', [Imagine, Upscale]);
export type Request = z.infer<typeof Request>;
export type RequestInput = z.input<typeof Request>;
export type Kind = Request['kind'];
export type RequestOf<K extends Kind> = Extract<Request, { kind: K }>;

/** Every picture a request names. */
export const picturesNamed = (request: Request): PictureRef[] =>
  request.kind === 'upscale'
    ? [request.source]
    : [request.init?.picture, request.init?.mask, ...(request.controls ?? []).map(({ picture }) => picture)].filter(
        (picture) => !!picture,
      );
