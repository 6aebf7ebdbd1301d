import { AppError } from '../../core/errors.ts';
import type { RequestOf } from '../../core/request.ts';

type Walk = NonNullable<RequestOf<'imagine'>['walk']>;

/** Throws invalid_request for a walk that goes nowhere, or in several directions. */
export function checkWalk({ prompt, seed }: Walk, { count, variation }: RequestOf<'imagine'>): void {
  if (prompt === undefined && seed === undefined)
    throw new AppError('invalid_request', 'A walk needs somewhere to go: another prompt, another seed, or both.');
  if (count > 1) throw new AppError('invalid_request', 'A walk is one row of frames: leave the count at 1.');
  if (variation) throw new AppError('invalid_request', 'A walk goes to a seed itself: leave the variation out.');
}
