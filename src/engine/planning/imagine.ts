/** From words, and whatever stands beside them, to the recipe of a picture. */
import { randomInt } from 'node:crypto';
import type { Plan, RecipeOf, Sources } from '../../core/recipe.ts';
import { MAX_COUNT, MAX_SEED, type RequestOf } from '../../core/request.ts';
import { planAdditions } from '../adapters/mentions.ts';
import { fitSize, nearestShape } from '../size.ts';
import { LANCZOS } from '../upscale/resample.ts';
import { planControls, shapeGiver } from './controls.ts';
import { costOf, idleNotes } from './cost.ts';
import { planGuidance } from './guidance.ts';
import { planHires } from './hires.ts';
import { croppingNotes, planInit } from './init.ts';
import { findDiffusion, findUpscaler, type PlanningDeps } from './models.ts';
import { planPace } from './pace.ts';
import { checkWalk } from './walk.ts';
import { countOf, createWording, type Pair, type WordingDeps } from './words.ts';

export function planImagine(deps: PlanningDeps & WordingDeps, request: RequestOf<'imagine'>, sources: Sources): Plan {
  const model = findDiffusion(deps, request.model);
  const { display } = model.manifest;
  const shown = display?.upscale ?? 1;
  const seed = request.seed ?? randomInt(MAX_SEED + 1);

  const begun = request.init && planInit(model.manifest, request.init, sources);
  const giver = shapeGiver(request.controls, sources);
  const sized = request.width !== undefined || request.height !== undefined;
  const shape = begun ?? (giver && nearestShape(model.manifest, giver));
  const { width, height } = shape && !sized ? shape : fitSize(model.manifest, request, shown);
  const steered = planControls(deps, model.ref.name, request.controls, sources);

  const asked = [request.prompt, request.negativePrompt, request.walk?.prompt ?? ''];
  const { texts, recipe: additions, notes: added } = planAdditions(deps, asked);
  const [prompt = '', negativePrompt = '', far = ''] = texts;
  const { walked, adapters, notes: paced } = planPace(deps, model, request, additions.adapters);
  if (request.walk) checkWalk(request.walk, request);
  const { count, notes: counted } = request.walk ? { count: 1, notes: [] } : countOf(request, MAX_COUNT);
  const word = createWording(deps, model, {
    style: request.style,
    weighting: request.weighting,
    seed,
    variation: request.variation,
  });
  const worded = Array.from({ length: count }, (_, i) => word({ prompt, negativePrompt }, i));
  const [first] = worded;
  const target = request.walk?.prompt === undefined ? undefined : word({ prompt: far, negativePrompt }, 0);

  const recipe: RecipeOf<'imagine'> = {
    ...{ v: 1, kind: 'imagine', model: model.ref },
    ...{ prompt: first!.prompt, negativePrompt: first!.negativePrompt, seed, count, steps: walked.steps },
    ...whereTheyDiffer(worded),
    ...{ sampler: walked.sampler, guidance: walked.guidance, width, height },
    ...(request.variation && { variation: request.variation }),
    ...(request.weighting && { weighting: request.weighting }),
    ...(request.clipSkip && { clipSkip: request.clipSkip }),
    ...planGuidance(request),
    ...(begun && { init: begun.init }),
    ...steered.recipe,
    ...additions,
    ...(adapters.length > 0 && { adapters: [...adapters, ...(additions.adapters ?? [])] }),
    ...(request.hires && { hires: planHires(deps, model, request.hires, { width, height, steps: walked.steps }) }),
    ...(request.walk && {
      walk: {
        ...{ prompt: (target ?? first!).prompt, negativePrompt: first!.negativePrompt },
        ...{ seed: request.walk.seed ?? seed, frames: request.walk.frames },
      },
    }),
    ...(shown > 1 && { display: { model: findUpscaler(deps, shown)?.ref ?? LANCZOS, factor: shown } }),
  };
  const notes = [
    ...added,
    ...paced,
    ...counted,
    ...worded.flatMap(({ notes }) => notes),
    ...(target?.notes ?? []),
    ...(begun ? [...begun.notes, ...croppingNotes(begun.init, recipe, shown)] : []),
    ...idleNotes(recipe),
    ...steered.notes,
  ];
  const readings = [...worded, ...(target ? [target] : [])].map(({ reading }) => reading);
  const distinct = new Map(readings.map((reading) => [JSON.stringify(reading), reading]));
  return { recipe, cost: costOf(recipe), notes: [...new Set(notes)], readings: [...distinct.values()] };
}

/** Every image's own words, unless all have the same. */
function whereTheyDiffer(worded: readonly Pair[]): Pick<RecipeOf<'imagine'>, 'prompts' | 'negativePrompts'> {
  const differ = (key: keyof Pair) => worded.some((pair) => pair[key] !== worded[0]![key]);
  return {
    ...(differ('prompt') && { prompts: worded.map(({ prompt }) => prompt) }),
    ...(differ('negativePrompt') && { negativePrompts: worded.map(({ negativePrompt }) => negativePrompt) }),
  };
}
