import { AppError } from '../../core/errors.ts';
import type { Plan, RecipeOf, Sources } from '../../core/recipe.ts';
import type { RequestOf } from '../../core/request.ts';
import { LANCZOS } from '../upscale/resample.ts';
import { findUpscaler, type PlanningDeps } from './models.ts';
import { framesUsed, shortenedNotes, storedOf } from './stored.ts';

const MOST_SIDE = 4096;
/** Of what goes in, all frames together: a minute or two of two cores. */
const MOST_PIXELS = 4 * 2 ** 20;
/** Seconds. */
const MOST_LIGHT_PIXELS = 2 ** 16;

/** A picture, or all frames of one that moves, larger. */
export function planUpscale(deps: PlanningDeps, { factor, source }: RequestOf<'upscale'>, sources: Sources): Plan {
  const found = sources(source);
  const stored = storedOf(found);
  const { width, height } = stored;
  const frames = framesUsed(stored);
  if (Math.max(width, height) * factor > MOST_SIDE)
    throw new AppError(
      'invalid_request',
      `That would be ${width * factor}×${height * factor} pixels; the most is ${MOST_SIDE} a side.${factor > 2 && Math.max(width, height) * 2 <= MOST_SIDE ? ' Two times as large would do.' : ''}`,
    );
  const pixels = width * height * frames;
  if (pixels > MOST_PIXELS)
    throw new AppError(
      'invalid_request',
      frames > 1
        ? `Its ${frames} frames of ${width}×${height} are too many pixels to enlarge at once: at that size the most is ${Math.floor(MOST_PIXELS / (width * height))} frames. Send a shorter or a smaller one.`
        : `${width}×${height} are too many pixels to enlarge at once. Send a smaller picture.`,
    );
  const model = findUpscaler(deps, factor);
  const recipe: RecipeOf<'upscale'> = {
    ...{ v: 1, kind: 'upscale', model: model?.ref ?? LANCZOS },
    ...{ source: stored, factor, seed: found.seed ?? 0 },
  };
  const notes = model ? [] : ['No upscaling model is installed, so the picture was enlarged by plain resampling.'];
  return {
    recipe,
    cost: (pixels * (model?.manifest.factor ?? factor) ** 2) / 1e6,
    light: pixels <= MOST_LIGHT_PIXELS,
    notes: [...notes, ...shortenedNotes(stored)],
  };
}
