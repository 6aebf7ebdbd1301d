import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { Sampler } from '../../core/sampler.ts';
import { about, oneOrMore } from '../manifest-fields.ts';

/** A safetensors file that changes a model's weights. */
export const Lora = z.object({
  ...about,
  kind: z.literal('lora'),
  /** The diffusion models it was made for, by name. */
  for: oneOrMore.optional(),
  /** It teaches them to draw in few steps, walked like this. Luo et al. 2023 ("LCM-LoRA"). */
  quick: z.object({ steps: z.number().int().min(1), guidance: z.number(), sampler: Sampler }).optional(),
});

/** A safetensors file that teaches a text encoder words. */
export const Embedding = z.object({ ...about, kind: z.literal('embedding') });

/** The file it is all about. */
export function weightsOf({ name, files }: z.infer<typeof Lora | typeof Embedding>): string {
  const found = files.find(({ path }) => path.endsWith('.safetensors'));
  if (found) return found.path;
  throw new AppError('model_corrupt', `The manifest of ${name} names no .safetensors file.`);
}
