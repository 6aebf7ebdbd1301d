/** The Request with every choice made. Plain JSON; the same recipe gives the same pixels. */
import { z } from 'zod';
import { Face, Morph } from './face-recipe.ts';
import { Adain, Brush, Gatys, Upscale } from './filter-recipe.ts';
import { Display, ModelRef, StoredPicture } from './recipe-fields.ts';
import { Extent, MAX_COUNT, MAX_FRAMES, type PictureRef, Seed, Share, WEIGHTINGS } from './request-fields.ts';
import { Sampler } from './sampler.ts';

export { ModelRef, StoredPicture } from './recipe-fields.ts';

/** A picture as planning knows it; our own ones have a seed, and how they were made. */
export type Source = StoredPicture & { seed?: number | undefined; made?: { recipe: Recipe; index: number } };
/** Where the pictures lie that a request names. */
export type Sources = (ref: PictureRef) => Source;

/** From a picture instead of from noise alone. */
const Init = z.strictObject({
  picture: StoredPicture,
  /** Share of the schedule that is walked: 0 keeps the picture, 1 forgets it. */
  strength: Share,
  /** White is painted anew, black stays. The picture itself: what is transparent in it is painted anew. */
  mask: StoredPicture.optional(),
  /** Pixels of new canvas on each side, to be painted. */
  extend: Extent.optional(),
});

/** A ControlNet that steers with a hint picture. Zhang et al. 2023. */
const Control = z.strictObject({
  model: ModelRef,
  /** The picture its hint is made of. */
  picture: StoredPicture,
  /** How the hint is made; `none` when the picture is one already. */
  hint: z.string(),
  weight: z.number(),
  /** Shares of the run between which it steers. */
  from: Share,
  to: Share,
  /** Only beside the positive prompt, weaker in shallow layers. */
  guess: z.boolean(),
});

/** A second pass over an enlarged first one. */
const Hires = z.strictObject({
  width: z.number().int(),
  height: z.number().int(),
  steps: z.number().int().min(1),
  strength: Share,
  /** Between the passes; absent: the latent itself is resampled. */
  upscaler: ModelRef.optional(),
});

/** From the recipe's words and seed to others, in so many frames: the first is the picture itself. */
const Walk = z.strictObject({
  prompt: z.string(),
  negativePrompt: z.string(),
  seed: Seed,
  frames: z.number().int().min(2).max(MAX_FRAMES),
  /** One picture that moves, instead of one picture a frame: there and back, each frame for so many milliseconds. */
  delayMs: z.number().int().min(20).optional(),
});

const Diffusion = z.strictObject({
  v: z.literal(1),
  kind: z.literal('imagine'),
  model: ModelRef,
  /** What the model is given: the typed prompt with unknown words mapped to known ones. */
  prompt: z.string(),
  negativePrompt: z.string(),
  /** One per image, where braces or wildcards made them differ; `prompt` is then the first of them. */
  prompts: z.array(z.string()).optional(),
  negativePrompts: z.array(z.string()).optional(),
  /** Image i has seed + i (mod 2³²), so any one of them can be made alone. */
  seed: Seed,
  count: z.number().int().min(1).max(MAX_COUNT),
  steps: z.number().int().min(1),
  sampler: Sampler,
  guidance: z.number(),
  /** Pixels of the model's own output, before `display` enlarges it. */
  width: z.number().int(),
  height: z.number().int(),
  variation: z
    .strictObject({
      seed: Seed,
      strength: z.number(),
      before: z.array(z.strictObject({ seed: Seed, strength: z.number() })).optional(),
    })
    .optional(),
  /** How `(word:1.3)` is applied; absent: a1111. */
  weighting: z.enum(WEIGHTINGS).optional(),
  /** Which of the text encoder's layers is used, counted from the last, which is 1. */
  clipSkip: z.number().int().min(1).optional(),
  /** Guidance rescale φ. Lin et al. 2023, eq. 16. */
  guidanceRescale: Share.optional(),
  /** Shares of the run between which there is guidance. Kynkäänniemi et al. 2024. */
  guidanceInterval: z.tuple([Share, Share]).optional(),
  init: Init.optional(),
  hires: Hires.optional(),
  /** Its frames are the images; `count` is 1. */
  walk: Walk.optional(),
  controls: z.array(Control).optional(),
  /** LoRA weights added to the model's own. Hu et al. 2021. */
  adapters: z.array(z.strictObject({ model: ModelRef, weight: z.number() })).optional(),
  /** Textual inversions that the prompt may name. Gal et al. 2022. */
  embeddings: z.array(z.strictObject({ model: ModelRef })).optional(),
  display: Display.optional(),
});

export const Recipe = z.discriminatedUnion('kind', [Diffusion, Upscale, Brush, Adain, Gatys, Face, Morph]);
export type Recipe = z.infer<typeof Recipe>;
export type RecipeOf<K extends Recipe['kind']> = Extract<Recipe, { kind: K }>;

const styled = ({ source, mask, styles }: RecipeOf<'adain' | 'gatys'>) => [
  source,
  mask,
  ...styles.flatMap(({ picture, mask }) => [picture, mask]),
];
type Used = { readonly [K in Recipe['kind']]: (recipe: RecipeOf<K>) => readonly (StoredPicture | undefined)[] };
const USED: Used = {
  imagine: ({ init, controls = [] }) => [init?.picture, init?.mask, ...controls.map(({ picture }) => picture)],
  upscale: ({ source }) => [source],
  brush: ({ source, mask }) => [source, mask],
  adain: styled,
  gatys: styled,
  face: ({ projection }) => [projection?.picture],
  morph: ({ stops }) => stops.map(({ projection }) => projection?.picture),
};

/** Every stored picture a recipe is made from, each once. */
export function picturesOf<R extends Recipe>(recipe: R): StoredPicture[] {
  const pictures = (USED[recipe.kind] as unknown as (recipe: R) => readonly (StoredPicture | undefined)[])(recipe);
  return [...new Map(pictures.filter((picture) => !!picture).map((picture) => [picture.key, picture])).values()];
}

/** The words of one of a recipe's images. */
export const promptsOf = (
  { prompt, negativePrompt, prompts, negativePrompts }: RecipeOf<'imagine'>,
  index: number,
): { prompt: string; negativePrompt: string } => ({
  prompt: prompts?.[index] ?? prompt,
  negativePrompt: negativePrompts?.[index] ?? negativePrompt,
});

/** What planning a Request answers: the recipe, its cost, and what the person should know about the choices made. */
export interface Plan {
  recipe: Recipe;
  /** Estimated work in engine cost units (pixels × steps × passes / 10⁶). */
  cost: number;
  /** A second or two of work: it need not wait behind minutes of it. */
  light?: boolean;
  /** Plain sentences, such as which words the built-in model understood as which. */
  notes: string[];
  /** All that the prompts may come to say, one per image, in plain words: judged like what was typed. */
  readings?: { prompt: string; negativePrompt: string }[];
}
