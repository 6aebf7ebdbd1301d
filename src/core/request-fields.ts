/** What the requests of every kind are made of. */
import { z } from 'zod';

/** Ways to apply the weights of a prompt's words, as the programs of these names do. */
export const WEIGHTINGS = ['a1111', 'compel', 'comfy', 'none'] as const;
export type Weighting = (typeof WEIGHTINGS)[number];

export const MAX_PROMPT = 6000;
export const MAX_SEED = 2 ** 32 - 1;
export const MAX_COUNT = 4;
export const MAX_FRAMES = 60;
/** Faces at once: more than four come as a sheet and an archive. */
export const MAX_FACES = 300;

/** Words of a picture: normalised, without control characters. */
export const Prompt = z
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

/** One of our pictures. */
export const OurPicture = z.strictObject({
  generationId: z.uuid(),
  index: z
    .number()
    .int()
    .min(0)
    .max(MAX_FACES - 1),
});
export type OurPicture = z.infer<typeof OurPicture>;

/** A picture that was handed in and is stored under a key. Width and height are those of the picture held upright. */
export const KeptPicture = z.strictObject({
  key: z.string(),
  sha256: z.string().length(64),
  width: z.number().int(),
  height: z.number().int(),
  /** Of one that moves. */
  frames: z.number().int().min(2).optional(),
});
export type KeptPicture = z.infer<typeof KeptPicture>;

export const PictureRef = z.union([OurPicture, KeptPicture]);
export type PictureRef = z.infer<typeof PictureRef>;

/** What a model or a brush may be called. */
export const Name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'There is nothing of that name here.');
