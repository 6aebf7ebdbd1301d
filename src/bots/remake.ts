/** Requests made of a finished one: the same again, a variation, larger. */
import { randomInt } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import { parsePermutations } from '../core/permutations.ts';
import type { RecipeOf } from '../core/recipe.ts';
import { MAX_SEED, type Request, type RequestOf } from '../core/request.ts';
import { ours, type Pressed, pick } from './pressed.ts';

/** How far a variation walks from its picture toward fresh noise. */
const VARIATION_STRENGTH = 0.35;

/** The same again: with a fresh seed where it came out well, else just as it was asked. */
export function rerolled(pressed: Pressed): Request {
  const { request, status } = pressed.generation;
  const again = ANOTHER[request.kind] as (request: Request, pressed: Pressed) => Request;
  return status === 'done' || request.kind === 'imagine' ? again(request, pressed) : request;
}

type Another = { readonly [K in Request['kind']]: (request: RequestOf<K>, pressed: Pressed) => Request };

const ANOTHER: Another = {
  imagine: ({ seed: _, variation: __, ...again }) => again,
  face: ({ seed: _, ...again }) =>
    again.picture && 'generationId' in again.picture ? { ...again, seed: randomInt(MAX_SEED) } : again, // otherwise like it
  stylize: ({ seed: _, ...again }, { generation, studio }) => {
    if (generation.recipe.kind !== 'brush') return again;
    const { recipe } = generation;
    const now = again.brush ?? recipe.model.name.replace(/^brush-/, '');
    const others = studio.brushes().filter(({ name }) => name !== now && `brush-${name}` !== now);
    const other = others[others.length > 0 ? randomInt(others.length) : 0];
    if (!other) throw new AppError('invalid_request', 'There is only one brush here.');
    return { ...again, brush: other.name };
  },
  morph: (request) => ({
    ...request,
    stops: request.stops.map((stop) => ('seed' in stop ? { seed: randomInt(MAX_SEED) } : stop)),
  }),
  upscale: () => {
    throw new AppError('invalid_request', 'Enlarging it again would give the same picture.');
  },
};

/** Four pictures near the one that was pressed. */
export function varied({ action, generation }: Pressed): RequestOf<'imagine'> {
  const { recipe, request } = generation;
  if (recipe.kind !== 'imagine' || request.kind !== 'imagine')
    throw new AppError('invalid_request', 'Only pictures made from a prompt can be varied.');
  const image = pick(generation, action.index);
  const { steps, sampler, guidance, width, height } = recipe;
  const { walk, ...rest } = request; // a frame is a picture like any other
  const which = walk ? 0 : image.index;
  return {
    ...rest,
    // Which of the prompts that braces listed; what was drawn from lists follows from the seed.
    prompt: parsePermutations(request.prompt).at(which),
    negativePrompt: parsePermutations(request.negativePrompt).at(which),
    ...{ steps, sampler, guidance, width, height, model: recipe.model.name },
    seed: image.seed,
    count: 4,
    variation: { seed: randomInt(MAX_SEED), strength: VARIATION_STRENGTH, ...walked(recipe, image.index) },
  };
}

/** How a picture that is itself a variation came from its seed: its own variations go on from there. */
function walked({ variation }: RecipeOf<'imagine'>, index: number) {
  if (!variation) return undefined;
  const { seed, strength, before = [] } = variation;
  return { before: [...before, { seed: (seed + index) % 2 ** 32, strength }] };
}

export const enlarged = ({ action, generation }: Pressed): RequestOf<'upscale'> => ({
  kind: 'upscale',
  source: ours(generation, action.index),
  factor: 4,
  private: generation.request.private,
});
