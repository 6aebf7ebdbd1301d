import type { FacePoint } from '../../core/face-recipe.ts';
import type { Picture } from '../../core/picture.ts';
import { thereAndBack } from '../moving.ts';
import type { Job, Pipeline } from '../pipeline.ts';
import { displayed } from '../upscale/enlarging.ts';
import { drawAll } from './drawing.ts';
import { finding } from './finding.ts';
import type { LatentFace } from './generator.ts';
import { generatorOf } from './open.ts';
import { latentOf } from './point.ts';
import { faceAt, lengthOf } from './walk.ts';

/** A walk in w+ through the stops and back, as one moving picture. Its frames at the stops are the single pictures. */
export const morph: Pipeline<'morph'> = async (recipe, job) => {
  const generator = await generatorOf(job, recipe.model);
  const { stops, frames, seed, delayMs } = recipe;
  const length = lengthOf(stops.length, frames);
  const stepsOf = ({ projection }: FacePoint) => projection?.steps ?? 0;
  const total = stops.reduce((sum, stop) => sum + stepsOf(stop), length);
  let searched = 0;
  const report: Job['onProgress'] = ({ step, preview }) =>
    job.onProgress({ step: searched + step, total, ...(preview && { preview }) });
  const find = finding({ ...job, onProgress: report }, generator);

  const ends: LatentFace[] = [];
  for (const stop of stops) {
    ends.push(await latentOf({ generator, clock: job.clock, find }, stop));
    searched += stepsOf(stop);
  }
  async function* faces() {
    for (let i = 0; i < length; i++) yield faceAt(ends, frames, i);
  }
  const pictures: Picture[] = [];
  await drawAll(job, generator, faces(), async (picture, done) => {
    const [shown] = await displayed(job, [{ picture, seed }], recipe.display);
    pictures.push(shown!.picture);
    report({ step: done, total, preview: picture });
  });
  return [thereAndBack(pictures, seed, delayMs)];
};
