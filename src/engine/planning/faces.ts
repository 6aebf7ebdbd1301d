/** What planning of faces and of morphs share: the model, and the point where a face lies. */

import { AppError } from '../../core/errors.ts';
import type { FacePoint } from '../../core/face-recipe.ts';
import { MAX_EDIT } from '../../core/face-request.ts';
import type { Recipe, Source } from '../../core/recipe.ts';
import type { Installed } from '../catalogue.ts';
import { pointOf } from '../gan/point.ts';
import type { ManifestOf } from '../manifest.ts';
import { LANCZOS } from '../upscale/resample.ts';
import { findUpscaler, type PlanningDeps } from './models.ts';

export type InstalledGan = Installed<ManifestOf<'gan'>>;

/** The model for faces asked for, or the first there is. Throws invalid_request, model_missing or model_corrupt. */
export function findGan({ catalogue }: Pick<PlanningDeps, 'catalogue'>, asked?: string): InstalledGan {
  const models = catalogue.of('gan');
  const found = asked === undefined ? models[0] : models.find(({ ref }) => ref.name === asked);
  if (found) return found;
  const problem = asked !== undefined && catalogue.problems.find(({ name }) => name === asked);
  if (problem) throw problem.error;
  const installed = models.map(({ ref }) => ref.name).join(', ');
  if (asked !== undefined && installed)
    throw new AppError('invalid_request', `There is no model for faces called ${asked}. Installed: ${installed}.`);
  throw new AppError(
    'model_missing',
    'No model for faces is installed here. Its admin can put one into the models folder.',
  );
}

/** Where one of our pictures lies, if it is a face. */
export const pointMade = ({ made }: Pick<Source, 'made'>): { point: FacePoint; model: Recipe['model'] } | undefined =>
  made?.recipe.kind === 'face' ? { point: pointOf(made.recipe, made.index), model: made.recipe.model } : undefined;

/** The face of another seed, otherwise like it; of a face found for a picture there is nothing else to be like. */
export const reseeded = ({ manifest }: InstalledGan, { projection, ...point }: FacePoint, seed: number): FacePoint => ({
  ...point,
  ...(projection && { truncation: manifest.truncation }),
  seed,
});

/** Edits upon edits, none beyond what a person may ask for; what comes to nothing is left out. */
export function addEdits(before: FacePoint['edits'], more: FacePoint['edits']): FacePoint['edits'] {
  const edits = { ...before };
  for (const [label, amount] of Object.entries(more))
    edits[label] = Math.min(MAX_EDIT, Math.max(-MAX_EDIT, (edits[label] ?? 0) + amount));
  return Object.fromEntries(Object.entries(edits).filter(([, amount]) => amount !== 0));
}

/** As the model wants its pictures shown. */
export function displayOf(deps: Pick<PlanningDeps, 'catalogue'>, { manifest }: InstalledGan) {
  const factor = manifest.display?.upscale ?? 1;
  return factor > 1 ? { display: { model: findUpscaler(deps, factor)?.ref ?? LANCZOS, factor } } : {};
}

/** Work of drawing one face so often, and of enlarging it: pixels × passes / 10⁶. */
export const costOfFaces = ({ manifest }: InstalledGan, passes: number, pictures: number, factor = 1): number =>
  (manifest.resolution ** 2 * (passes + (factor > 1 ? pictures * factor ** 2 : 0))) / 1e6;
