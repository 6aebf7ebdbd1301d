import { additionsOf } from '../adapters/of-recipe.ts';
import { openControls } from '../control/open.ts';
import { thereAndBack } from '../moving.ts';
import type { Pipeline } from '../pipeline.ts';
import { displayed, enlarge } from '../upscale/enlarging.ts';
import { openCheckpoint } from './checkpoint.ts';
import { imagine as denoise } from './imagine.ts';

export const imagine: Pipeline<'imagine'> = async (recipe, job) => {
  const { catalogue, onBeat } = job;
  const { key, additions } = await additionsOf(catalogue, recipe);
  const checkpoint = await job.open(
    catalogue.get('diffusion', recipe.model),
    (device, { folder, ref, manifest: { names } }) =>
      openCheckpoint(device, folder, ref.name, { names, additions, onBeat }),
    key,
  );
  const predict = await openControls(job, recipe, checkpoint);
  const made = await denoise(checkpoint, recipe, {
    ...{ ...job, predict },
    enlarge: (picture, model, size) => enlarge(job, picture, model, size),
  });
  const shown = await displayed(job, made, recipe.display);
  const frames = shown.map(({ picture }) => picture);
  const { walk, seed } = recipe;
  return walk?.delayMs === undefined ? shown : [thereAndBack(frames, seed, walk.delayMs)];
};
