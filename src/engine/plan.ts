/** From what was asked to what will be made: every choice taken, every limit checked. One file per kind in planning/. */
import { AppError } from '../core/errors.ts';
import type { Plan, Sources } from '../core/recipe.ts';
import type { Request } from '../core/request.ts';
import { planImagine } from './planning/imagine.ts';
import type { PlanningDeps } from './planning/models.ts';
import { planUpscale } from './planning/upscale.ts';
import { NO_WORD_LISTS, type WordLists } from './planning/word-lists.ts';
import { createTranslations } from './planning/words.ts';

export type Planner = (request: Request, sources?: Sources) => Plan;

/** Throws AppError invalid_request with what to change, or model_missing / model_corrupt with what to do. */
export function createPlanner({
  wordLists = NO_WORD_LISTS,
  ...deps
}: PlanningDeps & { wordLists?: WordLists }): Planner {
  const translate = createTranslations();
  return (request, sources = none) =>
    request.kind === 'imagine'
      ? planImagine({ ...deps, translate, wordLists }, request, sources)
      : planUpscale(deps, request, sources(request.source));
}

const none: Sources = () => {
  throw new AppError('internal', 'A request that names pictures was planned without them.');
};
