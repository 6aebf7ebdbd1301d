/** From words, and whatever stands beside them, to the recipe of a picture. */
import { randomInt } from 'node:crypto';
import type { Plan, RecipeOf, Sources } from '../../core/recipe.ts';
import { MAX_SEED, type RequestOf } from '../../core/request.ts';
import { planAdditions } from '../adapters/mentions.ts';
import { fitSize } from '../size.ts';
import { LANCZOS } from '../upscale/resample.ts';
import { costOf } from './cost.ts';
import { planGuidance } from './guidance.ts';
import { planHires } from './hires.ts';
import { croppingNotes, planInit } from './init.ts';
import { findDiffusion, findUpscaler, type PlanningDeps } from './models.ts';
import { checkWalk } from './walk.ts';
import type { Translate } from './words.ts';

export function planImagine(
  deps: PlanningDeps & { translate: Translate },
  request: RequestOf<'imagine'>,
  sources: Sources,
): Plan {
  const model = findDiffusion(deps, request.model);
  const { defaults, display } = model.manifest;
  const shown = display?.upscale ?? 1;
  const seed = request.seed ?? randomInt(MAX_SEED + 1);
  const steps = request.steps ?? defaults.steps;

  const begun = request.init && planInit(model.manifest, request.init, sources);
  const sized = request.width !== undefined || request.height !== undefined;
  const { width, height } = begun && !sized ? begun : fitSize(model.manifest, request, shown);

  const words = (prompt: string) => deps.translate(model, prompt);
  const asked = [request.prompt, request.negativePrompt, request.walk?.prompt ?? ''];
  const { texts, recipe: additions, notes: added } = planAdditions(deps, asked);
  const [positive = '', negative = '', far = ''] = texts;
  const prompt = words(positive);
  const negativePrompt = negative && words(negative).prompt;
  if (request.walk) checkWalk(request.walk, request);
  const target = request.walk?.prompt === undefined ? undefined : words(far);

  const recipe: RecipeOf<'imagine'> = {
    ...{ v: 1, kind: 'imagine', model: model.ref },
    ...{ prompt: prompt.prompt, negativePrompt, seed, count: request.count, steps },
    ...{ sampler: request.sampler ?? defaults.sampler, guidance: request.guidance ?? defaults.guidance, width, height },
    ...(request.variation && { variation: request.variation }),
    ...(request.weighting && { weighting: request.weighting }),
    ...(request.clipSkip && { clipSkip: request.clipSkip }),
    ...planGuidance(request),
    ...(begun && { init: begun.init }),
    ...additions,
    ...(request.hires && { hires: planHires(deps, model, request.hires, { width, height, steps }) }),
    ...(request.walk && {
      walk: {
        ...{ prompt: target?.prompt ?? prompt.prompt, negativePrompt },
        ...{ seed: request.walk.seed ?? seed, frames: request.walk.frames },
      },
    }),
    ...(shown > 1 && { display: { model: findUpscaler(deps, shown)?.ref ?? LANCZOS, factor: shown } }),
  };
  const notes = [
    ...added,
    ...prompt.notes,
    ...(target?.notes ?? []),
    ...(begun ? [...begun.notes, ...croppingNotes(begun.init, recipe)] : []),
  ];
  return { recipe, cost: costOf(recipe), notes };
}
