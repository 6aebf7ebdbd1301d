import { filmed, loadFilm, perFrame } from '../film.ts';
import type { Pipeline } from '../pipeline.ts';
import { enlarge, times } from './enlarging.ts';

export const upscale: Pipeline<'upscale'> = async (recipe, job) => {
  const film = await loadFilm(job.load, recipe.source);
  const { length } = film.frames;
  const larger = await perFrame(film, (frame, i) =>
    enlarge(job, frame, recipe.model, times(recipe.factor, frame), (done, tiles) =>
      job.onProgress({ step: i * tiles + done, total: length * tiles }),
    ),
  );
  return [filmed(larger, recipe.seed)];
};
