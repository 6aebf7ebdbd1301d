/** DEFAULT_MODEL, looked at when a process starts: a slip in its name is no surprise for whoever asks for a picture. */
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import type { Catalogue } from '../engine/catalogue.ts';

/**
 * Throws bad_config with what there is instead. A damaged one is a matter for the banner, and a studio without any model
 * that draws from words still has brushes and faces.
 */
export function checkDefaultModel(
  { DEFAULT_MODEL: name }: Pick<Config, 'DEFAULT_MODEL'>,
  catalogue: Pick<Catalogue, 'diffusionModels' | 'problems'>,
): void {
  const names = catalogue.diffusionModels().map((model) => model.name);
  const damaged = catalogue.problems.some((problem) => problem.name === name);
  if (names.length > 0 && !names.includes(name) && !damaged)
    throw new AppError(
      'bad_config',
      `DEFAULT_MODEL: there is no model called ${name}. Set it to one of: ${names.join(', ')}.`,
    );
}
