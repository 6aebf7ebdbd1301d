/** Which installed model a plan is made for. */
import type { Config } from '../../core/config.ts';
import { AppError } from '../../core/errors.ts';
import type { Catalogue, Installed } from '../catalogue.ts';
import type { ManifestOf } from '../manifest.ts';

export interface PlanningDeps {
  catalogue: Catalogue;
  config: Pick<Config, 'DEFAULT_MODEL'>;
}

/** The model asked for, or the default one. Throws invalid_request with what there is, model_missing or model_corrupt. */
export function findDiffusion({ catalogue, config }: PlanningDeps, asked?: string): Installed<ManifestOf<'diffusion'>> {
  const models = catalogue.of('diffusion');
  const name = asked ?? config.DEFAULT_MODEL;
  const found = models.find(({ ref }) => ref.name === name);
  if (found) return found;
  const problem = catalogue.problems.find((problem) => problem.name === name);
  if (problem) throw problem.error;
  const installed = models.map(({ ref }) => ref.name).join(', ') || 'none';
  if (asked) throw new AppError('invalid_request', `There is no model called ${asked}. Installed: ${installed}.`);
  throw new AppError(
    'model_missing',
    `The default model ${name} is not installed. Put it into the models folder, or set DEFAULT_MODEL to one of: ${installed}.`,
  );
}

/** The installed upscaler of this factor, or a stronger one whose result is made smaller. */
export function findUpscaler({ catalogue }: Pick<PlanningDeps, 'catalogue'>, factor: number) {
  const enough = catalogue.of('upscale').filter(({ manifest }) => manifest.factor >= factor);
  return enough.sort((a, b) => a.manifest.factor - b.manifest.factor)[0];
}
