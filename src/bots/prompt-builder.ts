/** A prompt put together from what people are asked for one by one. */
import { mapComposition } from '../core/composition.ts';
export interface PromptParts {
  /** Who or what is to be seen; all that is needed. */
  subject: string;
  detail?: string | undefined;
  setting?: string | undefined;
  light?: string | undefined;
  /** In words; a named style is a template around the whole. */
  style?: string | undefined;
  quality?: string | undefined;
}

const ORDER = ['subject', 'detail', 'setting', 'light', 'style', 'quality'] as const satisfies (keyof PromptParts)[];

/**
 * What matters most stands first, where models listen best: subject, detail, setting, light, style, quality. Of subjects
 * joined by `AND` each gets all of it.
 */
export const buildPrompt = ({ subject, ...rest }: PromptParts): string =>
  mapComposition(subject, (text) => {
    const parts: PromptParts = { subject: text, ...rest };
    return ORDER.map((name) => parts[name]?.trim().replace(/^[,\s]+|[,\s]+$/g, ''))
      .filter((part) => part)
      .join(', ');
  });
