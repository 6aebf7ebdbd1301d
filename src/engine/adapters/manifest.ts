import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { about } from '../manifest-fields.ts';

/** A safetensors file that changes a model's weights. */
export const Lora = z.object({ ...about, kind: z.literal('lora') });

/** A safetensors file that teaches a text encoder words. */
export const Embedding = z.object({ ...about, kind: z.literal('embedding') });

/** The file it is all about. */
export function weightsOf({ name, files }: z.infer<typeof Lora | typeof Embedding>): string {
  const found = files.find(({ path }) => path.endsWith('.safetensors'));
  if (found) return found.path;
  throw new AppError('model_corrupt', `The manifest of ${name} names no .safetensors file.`);
}
