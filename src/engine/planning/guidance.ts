import { AppError } from '../../core/errors.ts';
import type { RecipeOf } from '../../core/recipe.ts';
import type { RequestOf } from '../../core/request.ts';

type Fields = 'guidanceRescale' | 'guidanceInterval';

/** What was said of guidance beside its scale; whatever was not is absent, so that old recipes keep their bytes. */
export function planGuidance({
  guidanceRescale,
  guidanceInterval,
}: RequestOf<'imagine'>): Pick<RecipeOf<'imagine'>, Fields> {
  if (guidanceInterval && guidanceInterval[0] > guidanceInterval[1])
    throw new AppError('invalid_request', 'The guidance interval ends before it begins. Name its start first.');
  return {
    ...(guidanceRescale !== undefined && { guidanceRescale }),
    ...(guidanceInterval && { guidanceInterval }),
  };
}
