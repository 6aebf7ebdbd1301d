/** Which pipeline makes which kind of recipe. */
import { AppError } from '../core/errors.ts';
import type { Made } from '../core/picture.ts';
import type { Recipe } from '../core/recipe.ts';
import { imagine } from './diffusion/pipeline.ts';
import type { Job, Pipeline } from './pipeline.ts';
import { upscale } from './upscale/pipeline.ts';

const notYet = async (): Promise<Made[]> => {
  throw new AppError('invalid_request', 'This engine cannot do that yet.');
};

const PIPELINES: { readonly [K in Recipe['kind']]: Pipeline<K> } = {
  imagine,
  upscale,
  brush: notYet,
  adain: notYet,
  gatys: notYet,
  face: notYet,
  morph: notYet,
};

// TypeScript cannot see that recipe and pipeline share a kind; this is the one place that says so.
export const run = <R extends Recipe>(recipe: R, job: Job): Promise<Made[]> =>
  (PIPELINES[recipe.kind] as unknown as (recipe: R, job: Job) => Promise<Made[]>)(recipe, job);
