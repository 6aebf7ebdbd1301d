import { randomInt } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import type { FacePoint } from '../../core/face-recipe.ts';
import type { Plan, RecipeOf } from '../../core/recipe.ts';
import { MAX_SEED, type RequestOf } from '../../core/request.ts';
import { pointOf } from '../gan/point.ts';
import { lengthOf } from '../gan/walk.ts';
import { LANCZOS } from '../upscale/resample.ts';
import { costOfFaces, displayOf, findGan, type InstalledGan, reseeded } from './faces.ts';
import type { PlanningDeps } from './models.ts';
import { DELAY_MS, type Stop } from './morph-stops.ts';

/** Frames of the way there; the way back is as long again. */
const MOST_FRAMES = 240;
/** As many are enlarged by the network like single pictures, within some ten seconds; more are only stretched. */
const MOST_ENLARGED = 64;

/** A walk through faces of one model. */
export function planFaceMorph(deps: PlanningDeps, { frames }: RequestOf<'morph'>, stops: readonly Stop[]): Plan {
  const made = stops.flatMap((stop) => ('recipe' in stop && stop.recipe.kind === 'face' ? [stop.recipe.model] : []));
  const model = findGan(deps, made[0]?.name);
  if (made.some(({ sha256 }) => sha256 !== model.ref.sha256))
    throw new AppError(
      'invalid_request',
      new Set(made.map(({ sha256 }) => sha256)).size > 1
        ? 'These faces are of different models: a morph stays within one.'
        : 'The model of these faces was replaced since they were made. Make new ones to morph.',
    );
  const length = lengthOf(stops.length, frames);
  if (length > MOST_FRAMES)
    throw new AppError(
      'invalid_request',
      `That would be ${length} frames; the most is ${MOST_FRAMES}. Take at most ${Math.floor((MOST_FRAMES - 1) / (stops.length - 1)) + 1} from one picture to the next.`,
    );
  const points = pointsOf(model, stops);
  const long = length > MOST_ENLARGED && model.manifest.display !== undefined;
  const display = long ? { display: { model: LANCZOS, factor: 2 } } : displayOf(deps, model);
  const recipe: RecipeOf<'morph'> = {
    ...{ v: 1, kind: 'morph', model: model.ref, seed: points[0]!.seed, stops: points, frames, delayMs: DELAY_MS },
    ...display,
  };
  const side = model.manifest.resolution * 2;
  return {
    recipe,
    cost: costOfFaces(model, length, length, recipe.display?.factor),
    notes: long ? [`A morph of more than ${MOST_ENLARGED} frames is shown at ${side}×${side} pixels.`] : [],
  };
}

/** A seed is the face of that seed, otherwise like the one before, or after where there is none before. */
function pointsOf(model: InstalledGan, stops: readonly Stop[]): FacePoint[] {
  const point = (stop: Stop): FacePoint | undefined =>
    'recipe' in stop && stop.recipe.kind === 'face' ? pointOf(stop.recipe, stop.index) : undefined;
  const plain: FacePoint = {
    seed: randomInt(MAX_SEED + 1),
    truncation: model.manifest.truncation,
    edits: {},
    mixes: [],
  };
  let before = stops.map(point).find((found) => found !== undefined) ?? plain;
  return stops.map((stop) => {
    before = point(stop) ?? reseeded(model, before, (stop as { seed: number }).seed);
    return before;
  });
}
