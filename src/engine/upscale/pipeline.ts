import { loadCutout, onWhite } from '../picture-input.ts';
import type { Pipeline } from '../pipeline.ts';
import { enlarge, times } from './enlarging.ts';

export const upscale: Pipeline<'upscale'> = async (recipe, job) => {
  const picture = onWhite(await loadCutout(job.load, recipe.source));
  const report = (step: number, total: number) => job.onProgress({ step, total });
  const larger = await enlarge(job, picture, recipe.model, times(recipe.factor, picture), report);
  return [{ picture: larger, seed: recipe.seed }];
};
