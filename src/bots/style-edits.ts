/** Requests made of a finished picture: in the manner of a brush, and the same style softer or stronger. */
import { AppError } from '../core/errors.ts';
import type { RequestOf } from '../core/request.ts';
import { choose } from './closest.ts';
import { strengthOf } from './offers.ts';
import { ours, type Pressed } from './pressed.ts';

const STEP = 0.2;

/**
 * The picture that was pressed, or what that one was made from if it is stylized itself: brushes are compared on the same
 * picture, not laid over one another.
 */
export function restyled({ action, generation, studio }: Pressed): RequestOf<'stylize'> {
  if (!action.detail) throw new AppError('invalid_request', 'Name a brush.');
  const { request } = generation;
  const { name: brush } = choose(studio.brushes(), action.detail, 'brush');
  const { source, keepColours, mask } =
    request.kind === 'stylize'
      ? request
      : { source: ours(generation, action.index), keepColours: 'no' as const, mask: undefined };
  return { kind: 'stylize', source, brush, keepColours, ...(mask && { mask }), private: request.private };
}

/** The same style on the same source with the same seed, so much softer or stronger. */
export const strengthened =
  (direction: 1 | -1) =>
  ({ generation }: Pressed): RequestOf<'stylize'> => {
    const { request, recipe } = generation;
    const now = strengthOf(generation);
    if (request.kind !== 'stylize' || now === undefined)
      throw new AppError('invalid_request', 'Only stylized pictures can be made softer or stronger.');
    const strength = Math.round(Math.min(1, Math.max(0, now + direction * STEP)) * 100) / 100;
    if (strength === now)
      throw new AppError('invalid_request', `It is as ${direction > 0 ? 'strong' : 'soft'} as it can be.`);
    return { ...request, strength, seed: recipe.seed };
  };
