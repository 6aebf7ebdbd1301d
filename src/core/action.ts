/** What a button carries: `v1:<verb>:<index>:<generation id>`, ≤ 100 characters, enough to act after any restart. */
import { z } from 'zod';

export const VERBS = ['upscale', 'vary', 'reroll', 'details', 'cancel', 'delete'] as const;
export type Verb = (typeof VERBS)[number];

const Action = z.strictObject({
  verb: z.enum(VERBS),
  /** Which image of the generation, from 0; 0 for verbs about the whole. */
  index: z.number().int().min(0).max(9),
  generationId: z.uuid(),
});
export type Action = z.infer<typeof Action>;

export const encodeAction = ({ verb, index, generationId }: Action): string => `v1:${verb}:${index}:${generationId}`;

/** Undefined for anything that is not one of our buttons. */
export function decodeAction(customId: string): Action | undefined {
  const [version, verb, index, generationId, ...rest] = customId.split(':');
  if (version !== 'v1' || rest.length > 0 || !/^\d$/.test(index ?? '')) return undefined;
  return Action.safeParse({ verb, index: Number(index), generationId }).data;
}

/** Reactions on our own pictures do what they say. */
export const REACTIONS: Readonly<Record<string, Verb>> = {
  '🔁': 'reroll',
  '⬆️': 'upscale',
  '⬆': 'upscale',
  '✉️': 'details',
  '✉': 'details',
  '❌': 'delete',
};
