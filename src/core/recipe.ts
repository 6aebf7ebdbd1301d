/** The Request with every choice made. Plain JSON; the same recipe gives the same pixels. */
import { z } from 'zod';
import { MAX_COUNT, SAMPLERS, Seed } from './request.ts';

export const ModelRef = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** sha256 over the manifest's file hashes: one value that changes when any weight does. */
  sha256: z.string().length(64),
});
export type ModelRef = z.infer<typeof ModelRef>;

const Diffusion = z.strictObject({
  v: z.literal(1),
  kind: z.literal('imagine'),
  model: ModelRef,
  /** What the model is given: the typed prompt with unknown words mapped to known ones. */
  prompt: z.string(),
  negativePrompt: z.string(),
  /** Image i has seed + i (mod 2³²), so any one of them can be made alone. */
  seed: Seed,
  count: z.number().int().min(1).max(MAX_COUNT),
  steps: z.number().int().min(1),
  sampler: z.enum(SAMPLERS),
  guidance: z.number(),
  /** Pixels of the model's own output, before `display` enlarges it. */
  width: z.number().int(),
  height: z.number().int(),
  variation: z.strictObject({ seed: Seed, strength: z.number() }).optional(),
  /** Enlarge the result for showing: by which model and how much. */
  display: z.strictObject({ model: ModelRef, factor: z.number().int() }).optional(),
});

const Upscale = z.strictObject({
  v: z.literal(1),
  kind: z.literal('upscale'),
  model: ModelRef,
  source: z.strictObject({ key: z.string(), sha256: z.string(), width: z.number().int(), height: z.number().int() }),
  factor: z.number().int(),
  /** The seed of the picture that is enlarged, so that the record still names it. */
  seed: Seed,
});

export const Recipe = z.discriminatedUnion('kind', [Diffusion, Upscale]);
export type Recipe = z.infer<typeof Recipe>;
export type RecipeOf<K extends Recipe['kind']> = Extract<Recipe, { kind: K }>;

/** What planning a Request answers: the recipe, its cost, and what the person should know about the choices made. */
export interface Plan {
  recipe: Recipe;
  /** Estimated work in engine cost units (pixels × steps × passes / 10⁶). */
  cost: number;
  /** Plain sentences, such as which words the built-in model understood as which. */
  notes: string[];
}
