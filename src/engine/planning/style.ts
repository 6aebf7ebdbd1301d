/** A named style: a template around a prompt. */
import { z } from 'zod';
import { mapComposition } from '../../core/composition.ts';

export const Style = z.strictObject({
  title: z.string().min(1).max(64),
  /** The prompt stands where `{prompt}` does, or in front. */
  prompt: z
    .string()
    .default('{prompt}')
    .transform((prompt) => (prompt.includes('{prompt}') ? prompt : `{prompt}, ${prompt}`)),
  /** Put behind the negative prompt. */
  negative: z.string().default(''),
});
export type Style = z.infer<typeof Style>;

export function styled(
  style: Pick<Style, 'prompt' | 'negative'>,
  { prompt, negativePrompt }: { prompt: string; negativePrompt: string },
): { prompt: string; negativePrompt: string } {
  return {
    prompt: mapComposition(prompt, (text) => style.prompt.replaceAll('{prompt}', () => text)),
    negativePrompt: [negativePrompt, style.negative].filter((part) => part.trim() !== '').join(', '),
  };
}
