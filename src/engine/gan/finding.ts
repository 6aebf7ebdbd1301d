/** Pictures found among the faces: searched for once, remembered for the edits that follow. */
import type { Picture } from '../../core/picture.ts';
import { loadCutout, onWhite } from '../picture-input.ts';
import type { Job } from '../pipeline.ts';
import { covering, lay } from '../placement.ts';
import type { Latent } from '../tensor.ts';
import type { Projection } from './found.ts';
import type { Generator } from './generator.ts';
import { openLikeness } from './likeness.ts';
import { project } from './projection.ts';
import { repeated } from './w-plus.ts';

/** The w+ of the face most like a picture, whose middle square is looked at. */
export const finding =
  (job: Job, generator: Generator) =>
  async (projection: Projection): Promise<Latent> => {
    const known = generator.found.get(projection);
    if (known) return known;
    const { manifest } = generator;
    const canvas = { width: manifest.resolution, height: manifest.resolution };
    const whole = onWhite(await loadCutout(job.load, projection.picture));
    const target = await lay(whole, covering(whole, canvas), canvas, 'edge');
    const guess = repeated(await generator.read(target, job.clock), manifest.layers);
    const rows = projection.steps === 0 ? guess : await search(job, generator, target, guess, projection.steps);
    generator.found.keep(projection, rows);
    return rows;
  };

async function search(job: Job, generator: Generator, target: Picture, guess: Latent, steps: number): Promise<Latent> {
  const { installed, manifest, meanW } = generator;
  const likeness = await job.open(installed, openLikeness, '/projection');
  const judge = await likeness.to(target, job.clock);
  return project(judge, await generator.space(job.clock), [guess, repeated(meanW, manifest.layers)], { ...job, steps });
}
