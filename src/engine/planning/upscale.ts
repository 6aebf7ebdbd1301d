import { AppError } from '../../core/errors.ts';
import type { Plan, RecipeOf, Sources } from '../../core/recipe.ts';
import type { RequestOf } from '../../core/request.ts';
import { LANCZOS } from '../upscale/resample.ts';
import { findUpscaler, type PlanningDeps } from './models.ts';

const MOST_SIDE = 4096;

/** One picture, larger. */
export function planUpscale(deps: PlanningDeps, { factor, source }: RequestOf<'upscale'>, sources: Sources): Plan {
  const { key, sha256, width, height, seed = 0 } = sources(source); // an ImageView is handed in: the recipe keeps these alone
  if (Math.max(width, height) * factor > MOST_SIDE)
    throw new AppError(
      'invalid_request',
      `That would be ${width * factor}×${height * factor} pixels; the most is ${MOST_SIDE} a side.`,
    );
  const model = findUpscaler(deps, factor);
  const recipe: RecipeOf<'upscale'> = {
    v: 1,
    kind: 'upscale',
    model: model?.ref ?? LANCZOS,
    source: { key, sha256, width, height },
    factor,
    seed,
  };
  const notes = model ? [] : ['No upscaling model is installed, so the picture was enlarged by plain resampling.'];
  return { recipe, cost: (width * height * factor ** 2) / 1e6, notes };
}
