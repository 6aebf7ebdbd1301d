import { AppError } from '../../core/errors.ts';
import type { RecipeOf } from '../../core/recipe.ts';
import type { RequestOf } from '../../core/request.ts';
import type { Installed } from '../catalogue.ts';
import type { ManifestOf } from '../manifest.ts';
import { findUpscaler, type PlanningDeps } from './models.ts';

const STRENGTH = 0.5;

/** The second pass: so many times the first one's size, up to the largest the model makes: attention grows with pixels². */
export function planHires(
  deps: PlanningDeps,
  { manifest }: Installed<ManifestOf<'diffusion'>>,
  asked: NonNullable<RequestOf<'imagine'>['hires']>,
  first: { width: number; height: number; steps: number },
): NonNullable<RecipeOf<'imagine'>['hires']> {
  const { maxSide, multipleOf } = manifest.limits;
  const larger = (side: number) => Math.round((side * asked.scale) / multipleOf) * multipleOf;
  const [width, height] = [larger(first.width), larger(first.height)];
  if (Math.max(width, height) > maxSide) {
    const scale = Math.floor((100 * maxSide) / Math.max(first.width, first.height)) / 100;
    throw new AppError(
      'invalid_request',
      `The second pass would be ${width}×${height} pixels; ${manifest.name} makes at most ${maxSide} a side. ${scale >= 1.25 ? `Take a scale of at most ${scale}` : 'Take a smaller size to begin with'}.`,
    );
  }
  const upscaler = findUpscaler(deps, Math.ceil(asked.scale));
  return {
    ...{ width, height, steps: first.steps, strength: asked.strength ?? STRENGTH },
    ...(upscaler && { upscaler: upscaler.ref }),
  };
}
