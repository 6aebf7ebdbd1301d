/** One of many pictures by its number or its seed, where a platform's menus cannot list them all. */
import type { Action, Verb } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import type { GenerationView } from '../core/records.ts';
import type { Button, Menu } from '../core/reply.ts';
import type { Studio } from '../core/studio.ts';

/** A button that asks, in place of a menu of pictures with more choices than a platform shows. */
export function asking({ placeholder, options }: Menu): Button | undefined {
  const [first] = options;
  if (!first || first.action.detail) return undefined; // brushes and attributes have no numbers
  const { verb, generationId } = first.action;
  return { label: placeholder, style: 'neutral', action: { verb: 'pick', index: 0, generationId, detail: verb } };
}

/** The form that it opens: one field. */
export const PICK = {
  title: 'Which one?',
  label: 'Its number or its seed',
  hint: 'Such as 42, or seed 1041. The names in the archive say both.',
} as const;

/** What is done to the one that was named. Throws invalid_request with what can be named, not_found. */
export async function picked(
  studio: Pick<Studio, 'find'>,
  { generationId, detail }: Action,
  said: string,
): Promise<Action> {
  const generation = await studio.find(generationId);
  return { verb: verbOf(detail), index: indexOf(generation, said), generationId };
}

/** What one of many can be picked for. */
const verbOf = (detail: string | undefined): Verb => (detail === 'upscale' ? 'upscale' : 'edit');

/** From 0. A number is a place first, and a seed where there is no such place. */
export function indexOf({ images }: Pick<GenerationView, 'images'>, said: string): number {
  const [, seed, digits = ''] = /^\s*(seed\s*:?|#)?\s*(\d{1,10})\s*$/i.exec(said) ?? [];
  const number = digits === '' ? Number.NaN : Number(digits);
  const bySeed = images.find((image) => image.seed === number);
  const byPlace = /seed/i.test(seed ?? '') ? undefined : images.find(({ index }) => index === number - 1);
  const found = byPlace ?? bySeed;
  if (found) return found.index;
  const [first, last] = [images[0], images.at(-1)];
  throw new AppError(
    'invalid_request',
    first && last
      ? `“${said.trim().slice(0, 30)}” is none of them. Type a number from 1 to ${images.length}, or a seed such as: seed ${first.seed}.`
      : 'There are no pictures there, or they are no longer here.',
  );
}
