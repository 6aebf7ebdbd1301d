/** Pictures found among the faces: searched for once, remembered for the edits that follow. */
import { z } from 'zod';
import type { Picture } from '../../core/picture.ts';
import { NOTHING_KEPT } from '../keeping.ts';
import { loadCutout, onWhite } from '../picture-input.ts';
import type { Job } from '../pipeline.ts';
import { covering, lay } from '../placement.ts';
import type { Latent } from '../tensor.ts';
import type { Projection } from './found.ts';
import type { Generator } from './generator.ts';
import { openLikeness } from './likeness.ts';
import { project, SearchState } from './projection.ts';
import { repeated } from './w-plus.ts';

/** What a job has found so far, by picture and steps, and how far it is with the one it looks for. */
const Kept = z.object({
  found: z.record(
    z.string(),
    z.custom<Latent>((value) => value instanceof Float32Array, 'must be numbers'),
  ),
  search: z.object({ name: z.string(), state: SearchState }).optional(),
});
type Kept = z.infer<typeof Kept>;

/** The w+ of the face most like a picture, whose middle square is looked at. Of one job: it keeps what it finds. */
export function finding(job: Job, generator: Generator): (projection: Projection) => Promise<Latent> {
  const { keeping = NOTHING_KEPT } = job;
  const { found, search: begun }: Kept = keeping.restored ? Kept.parse(keeping.restored) : { found: {} };
  return async (projection) => {
    const name = `${projection.picture.sha256} ${projection.steps}`;
    const known = found[name] ?? generator.found.get(projection);
    if (known) return known;
    const { manifest } = generator;
    const canvas = { width: manifest.resolution, height: manifest.resolution };
    const whole = onWhite(await loadCutout(job.load, projection.picture));
    const target = await lay(whole, covering(whole, canvas), canvas, 'edge');
    const guess = repeated(await generator.read(target, job.clock), manifest.layers);
    const rows =
      projection.steps === 0
        ? guess
        : await search(job, generator, target, guess, {
            steps: projection.steps,
            from: begun?.name === name ? begun.state : undefined,
            onState: (state) => keeping.keep((): Kept => ({ found, search: { name, state } })),
          });
    generator.found.keep(projection, rows);
    found[name] = rows;
    keeping.mark((): Kept => ({ found }));
    return rows;
  };
}

async function search(
  job: Job,
  generator: Generator,
  target: Picture,
  guess: Latent,
  course: Pick<Parameters<typeof project>[3], 'steps' | 'from' | 'onState'>,
): Promise<Latent> {
  const { installed, manifest, meanW } = generator;
  const likeness = await job.open(installed, openLikeness, '/projection');
  const judge = await likeness.to(target, job.clock);
  const starts = [guess, repeated(meanW, manifest.layers)];
  return project(judge, await generator.space(job.clock), starts, { ...job, ...course });
}
