import type { Made } from '../../core/picture.ts';
import type { Job, Pipeline } from '../pipeline.ts';
import { displayed } from '../upscale/enlarging.ts';
import { drawAll } from './drawing.ts';
import { faceSeed } from './draws.ts';
import { finding } from './finding.ts';
import { generatorOf } from './open.ts';
import { latentOf, pointOf } from './point.ts';

/** Faces with consecutive seeds, or the one found for a picture. */
export const face: Pipeline<'face'> = async (recipe, job) => {
  const generator = await generatorOf(job, recipe.model);
  const { count, projection } = recipe;
  const searched = projection?.steps ?? 0;
  const total = searched + count;
  const report: Job['onProgress'] = ({ step, preview }) => job.onProgress({ step, total, ...(preview && { preview }) });
  const find = finding({ ...job, onProgress: report }, generator);

  async function* faces() {
    for (let i = 0; i < count; i++) yield latentOf({ generator, clock: job.clock, find }, pointOf(recipe, i));
  }
  const made: Made[] = [];
  await drawAll(job, generator, faces(), async (picture, done) => {
    const [shown] = await displayed(job, [{ picture, seed: faceSeed(recipe.seed, done - 1) }], recipe.display);
    made.push(shown!);
    report({ step: searched + done, total, preview: picture });
  });
  return made;
};
