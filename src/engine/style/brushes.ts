/** The manners a person may name: every brush, and every direction of a translation. */
import type { RecipeOf } from '../../core/recipe.ts';
import type { Catalogue, Installed } from '../catalogue.ts';
import type { ManifestOf } from '../manifest.ts';

export interface InstalledBrush {
  /** As a person says it: `ink`, not `brush-ink`. */
  name: string;
  title: string;
  /** What pictures it is for, where it is not for any. */
  note?: string | undefined;
  model: Installed<ManifestOf<'style-transfer' | 'translate'>>;
  /** Of a translation: which way. */
  direction?: NonNullable<RecipeOf<'brush'>['direction']>;
}

const PREFIX = /^brush-/;

/** In the order of the models' names. */
export function brushesOf(catalogue: Pick<Catalogue, 'of'>): InstalledBrush[] {
  const painters = catalogue.of('style-transfer').map((model): InstalledBrush => {
    const { name, title, note } = model.manifest;
    return { name: name.replace(PREFIX, ''), title, note, model };
  });
  const translators = catalogue.of('translate').flatMap((model): InstalledBrush[] => {
    const { directions, note } = model.manifest;
    const { forward, backward } = directions;
    return [
      { ...forward, note, model, direction: 'forward' },
      ...(backward ? [{ ...backward, note, model, direction: 'backward' } as const] : []),
    ];
  });
  return [...painters, ...translators];
}

/** The one of that name, with or without the prefix of its folder. */
export const findBrush = (brushes: readonly InstalledBrush[], name: string): InstalledBrush | undefined =>
  brushes.find((brush) => brush.name === name.replace(PREFIX, '')) ?? brushes.find((brush) => brush.name === name);
