/** What a button carries: `v1:<verb>:<index>:<generation id>[:<detail>]`, ≤ 100 characters, enough to act after any restart. */
import { z } from 'zod';
import { MAX_FACES } from './request-fields.ts';

export const VERBS = [
  'upscale',
  'vary',
  'reroll',
  'stylize',
  'softer',
  'stronger',
  'before',
  'edit',
  'mix',
  'morph',
  'pick',
  'details',
  'show',
  'cancel',
  'delete',
] as const;
export type Verb = (typeof VERBS)[number];

const Detail = z.string().regex(/^[a-z0-9+._-]{1,44}$/);

/** Whether a button can carry it. */
export const isDetail = (text: string): boolean => Detail.safeParse(text).success;

const Action = z.strictObject({
  verb: z.enum(VERBS),
  /** Which image of the generation, from 0; 0 for verbs about the whole. */
  index: z
    .number()
    .int()
    .min(0)
    .max(MAX_FACES - 1),
  generationId: z.uuid(),
  /** What the verb needs to know: a brush for `stylize`, an attribute and how far for `edit` (`smile+1`), what is
   * done to the one that is picked for `pick`. */
  detail: Detail.optional(),
});
export type Action = z.infer<typeof Action>;

export const encodeAction = ({ verb, index, generationId, detail }: Action): string =>
  `v1:${verb}:${index}:${generationId}${detail ? `:${detail}` : ''}`;

/** Undefined for anything that is not one of our buttons. */
export function decodeAction(customId: string): Action | undefined {
  const [version, verb, index, generationId, detail, ...rest] = customId.split(':');
  if (version !== 'v1' || rest.length > 0 || !/^\d{1,3}$/.test(index ?? '')) return undefined;
  const action = { verb, index: Number(index), generationId, ...(detail !== undefined && { detail }) };
  return Action.safeParse(action).data;
}

/** Reactions on our own pictures do what they say. */
export const REACTIONS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['🔁', 'reroll'],
  ['⬆️', 'upscale'],
  ['⬆', 'upscale'],
  ['✉️', 'details'],
  ['✉', 'details'],
  ['❌', 'delete'],
]);
