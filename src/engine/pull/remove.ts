/** Takes an installed model away. */
import { rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { Catalogue } from '../catalogue.ts';

interface Wanted {
  name: string;
  modelsDir: string;
  defaultModel: string;
  force: boolean;
}

/** Out of sight in one step, then gone: nobody ever sees half a model. Throws not_found, or invalid_request for the default. */
export async function removeModel({ catalogue }: { catalogue: Catalogue }, wanted: Wanted): Promise<void> {
  const { name, modelsDir, defaultModel, force } = wanted;
  const installed = catalogue.models.find(({ ref }) => ref.name === name);
  const damaged = catalogue.problems.find((problem) => problem.name === name);
  if (!installed && !damaged) {
    const names = catalogue.list().map((model) => model.name);
    throw new AppError('not_found', `There is no model called ${name}. Installed: ${names.join(', ') || 'none'}.`);
  }
  if (name === defaultModel && !force)
    throw new AppError(
      'invalid_request',
      `${name} is the default model (DEFAULT_MODEL): without it nobody can draw. Add --force to remove it all the same.`,
    );
  const folder = installed?.folder ?? join(modelsDir, name);
  const aside = join(modelsDir, `.removed-${basename(folder)}-${Date.now()}`);
  await rename(folder, aside);
  await rm(aside, { recursive: true });
}
