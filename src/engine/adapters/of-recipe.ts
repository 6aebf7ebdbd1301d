/** What a recipe adds to its model, found among what is installed. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { RecipeOf } from '../../core/recipe.ts';
import type { Catalogue, Installed } from '../catalogue.ts';
import type { ManifestOf } from '../manifest.ts';
import { findDamage } from '../verify.ts';
import type { Additions } from './additions.ts';
import { weightsOf } from './manifest.ts';

/**
 * Where the files lie, and a key that differs when the merged weights would: '' for the model alone. Throws
 * model_missing / model_corrupt for files that are gone or were replaced.
 */
export async function additionsOf(
  catalogue: Pick<Catalogue, 'get'>,
  { adapters = [], embeddings = [] }: Pick<RecipeOf<'imagine'>, 'adapters' | 'embeddings'>,
): Promise<{ key: string; additions: Additions }> {
  const active = adapters.filter(({ weight }) => weight !== 0);
  const locate = async (installed: Installed<ManifestOf<'lora' | 'embedding'>>) => {
    const damage = await findDamage(installed.folder, installed.manifest);
    if (damage) throw damage;
    return join(installed.folder, weightsOf(installed.manifest));
  };
  const additions: Additions = { adapters: [], embeddings: [] };
  const found = await Promise.all([
    Promise.all(
      active.map(async ({ model, weight }) => ({
        name: model.name,
        file: await locate(catalogue.get('lora', model)),
        weight,
      })),
    ),
    Promise.all(
      embeddings.map(async ({ model }) => ({
        name: model.name,
        file: await locate(catalogue.get('embedding', model)),
      })),
    ),
  ]);
  const facts = [
    ...active.map(({ model, weight }) => [model.sha256, weight]),
    ...embeddings.map(({ model }) => [model.name, model.sha256]),
  ];
  const key = facts.length === 0 ? '' : `+${createHash('sha256').update(JSON.stringify(facts)).digest('hex')}`;
  return { key, additions: { ...additions, adapters: found[0], embeddings: found[1] } };
}
