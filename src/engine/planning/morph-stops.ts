import { AppError } from '../../core/errors.ts';
import type { RecipeOf, Sources } from '../../core/recipe.ts';
import type { RequestOf } from '../../core/request.ts';

/** A picture by its recipe and which of its images it is, or a seed. */
export type Stop = { seed: number } | { recipe: RecipeOf<'face'> | RecipeOf<'imagine'>; index: number };

/** Between two frames: a fluent walk, at some 16 a second. */
export const DELAY_MS = 60;

const WHAT = {
  upscale: 'an enlarged picture',
  brush: 'a filtered picture',
  adain: 'a filtered picture',
  gatys: 'a filtered picture',
  morph: 'a morph',
};

/** Throws invalid_request for a picture that lies in no space to walk in. */
export function stopOf(stop: RequestOf<'morph'>['stops'][number], i: number, sources: Sources): Stop {
  if ('seed' in stop) return { seed: stop.seed };
  const { made } = sources(stop);
  if (!made) throw new AppError('internal', 'A picture of ours was planned with that nobody knows the recipe of.');
  const { recipe, index } = made;
  if (recipe.kind === 'face' || recipe.kind === 'imagine') return { recipe, index };
  throw new AppError(
    'invalid_request',
    `Picture ${i + 1} is ${WHAT[recipe.kind]}: a morph goes between faces or imagined pictures. Take the one it was made from.`,
  );
}
