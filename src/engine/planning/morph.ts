/** From the stops of a walk to the recipe of one moving picture. */
import { AppError } from '../../core/errors.ts';
import type { Plan, Sources } from '../../core/recipe.ts';
import type { RequestOf } from '../../core/request.ts';
import type { PlanningDeps } from './models.ts';
import { planFaceMorph } from './morph-faces.ts';
import { planImagineMorph } from './morph-imagined.ts';
import { stopOf } from './morph-stops.ts';

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
