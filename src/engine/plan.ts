/** From what was asked to what will be made: every choice taken, every limit checked. One file per kind in planning/. */
import { AppError } from '../core/errors.ts';
import type { Plan, Sources } from '../core/recipe.ts';
import type { Kind, Request, RequestOf } from '../core/request.ts';
import { planFace } from './planning/face.ts';
import { planImagine } from './planning/imagine.ts';
import type { PlanningDeps } from './planning/models.ts';
import { planMorph } from './planning/morph.ts';
import { planStylize } from './planning/stylize.ts';
import { planUpscale } from './planning/upscale.ts';
import { NO_WORD_LISTS, type WordLists } from './planning/word-lists.ts';
import { createTranslations, type WordingDeps } from './planning/words.ts';

export type Planner = (request: Request, sources?: Sources) => Plan;

type PlanKind<K extends Kind> = (deps: PlanningDeps & WordingDeps, request: RequestOf<K>, sources: Sources) => Plan;

const PLANS: { readonly [K in Kind]: PlanKind<K> } = {
  imagine: planImagine,
  upscale: planUpscale,
  stylize: planStylize,
  face: planFace,
  morph: planMorph,
};

/** Throws AppError invalid_request with what to change, or model_missing / model_corrupt with what to do. */
export function createPlanner({
  wordLists = NO_WORD_LISTS,
  ...deps
}: PlanningDeps & { wordLists?: WordLists }): Planner {
  const translate = createTranslations();
  return <R extends Request>(request: R, sources: Sources = none) =>
    // TypeScript cannot see that request and plan share a kind.
    (PLANS[request.kind] as unknown as (deps: PlanningDeps & WordingDeps, request: R, sources: Sources) => Plan)(
      { ...deps, translate, wordLists },
      request,
      sources,
    );
}

const none: Sources = () => {
  throw new AppError('internal', 'A request that names pictures was planned without them.');
};
