/** From the stops of a walk to the recipe of one moving picture. */
import { AppError } from '../../core/errors.ts';
import type { Plan, RecipeOf, Sources } from '../../core/recipe.ts';
import type { RequestOf } from '../../core/request.ts';
import type { PlanningDeps } from './models.ts';
import { planFaceMorph } from './morph-faces.ts';
import { planImagineMorph } from './morph-imagined.ts';

type Asked = RequestOf<'morph'>['stops'][number];

/** A picture by its recipe and which of its images it is, or a seed. */
export type Stop = { seed: number } | { recipe: RecipeOf<'face'> | RecipeOf<'imagine'>; index: number };

export function planMorph(deps: PlanningDeps, request: RequestOf<'morph'>, sources: Sources): Plan {
  const stops = request.stops.map((stop, i) => stopOf(stop, i, sources));
  const kinds = new Set(stops.flatMap((stop) => ('recipe' in stop ? [stop.recipe.kind] : [])));
  if (kinds.size > 1)
    throw new AppError(
      'invalid_request',
      'A morph goes between faces or between imagined pictures: not from one to the other.',
    );
  const plan = kinds.has('imagine') ? planImagineMorph : planFaceMorph;
  return plan(deps, request, stops);
}

const WHAT = {
  upscale: 'an enlarged picture',
  brush: 'a filtered picture',
  adain: 'a filtered picture',
  gatys: 'a filtered picture',
  morph: 'a morph',
};

function stopOf(stop: Asked, i: number, sources: Sources): Stop {
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
