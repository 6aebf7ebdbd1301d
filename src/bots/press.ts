/** What a button or a reaction does, free of any platform. State lives in the records, so it works a month later too. */
import { randomInt } from 'node:crypto';
import type { Action, Verb } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import { parsePermutations } from '../core/permutations.ts';
import type { RecipeOf } from '../core/recipe.ts';
import type { GenerationView } from '../core/records.ts';
import type { Reply } from '../core/reply.ts';
import { MAX_SEED, type Request, type RequestOf } from '../core/request.ts';
import type { Acknowledge, Deps, Event } from './imagine.ts';
import { details, notice, waiting } from './present.ts';

/** How far a variation walks from its picture toward fresh noise. */
const VARIATION_STRENGTH = 0.35;

/** Answers a private reply to show at once, or undefined when `acknowledge` has shown a waiting one. Throws AppError. */
export async function press(
  deps: Deps,
  event: Event & { action: Action },
  acknowledge: Acknowledge,
): Promise<Reply | undefined> {
  const generation = await deps.studio.find(event.action.generationId);
  const mine = await deps.studio.isOwner(event.sender, generation);
  if (!mine && (OWNERS_ONLY.has(event.action.verb) || generation.request.private))
    throw new AppError('not_yours', 'Only the person who asked for this picture can do that.');
  return DO[event.action.verb](deps, { ...event, generation }, acknowledge);
}

type Press = Event & { action: Action; generation: GenerationView };
type Do = (deps: Deps, press: Press, acknowledge: Acknowledge) => Promise<Reply | undefined>;

const OWNERS_ONLY: ReadonlySet<Verb> = new Set(['cancel', 'delete']);

const order =
  (derive: (press: Press) => Request): Do =>
  async ({ studio }, press, acknowledge) => {
    const request = derive(press);
    const { eventId, sender, address, generation } = press;
    await studio.submit({ eventId, sender, request, address, parentId: generation.id }, (receipt) =>
      acknowledge(waiting(request, receipt)),
    );
    return undefined;
  };

const DO = {
  reroll: order(({ generation }) => {
    const { seed: _, variation: __, ...again } = prompted(generation);
    return again;
  }),
  vary: order(({ generation, action }) => {
    const recipe = generation.recipe;
    if (recipe.kind !== 'imagine')
      throw new AppError('invalid_request', 'Only pictures made from a prompt can be varied.');
    const image = pick(generation, action.index);
    const { steps, sampler, guidance, width, height } = recipe;
    const { walk, ...request } = prompted(generation); // a frame is a picture like any other
    const which = walk ? 0 : image.index;
    return {
      ...request,
      // Which of the prompts that braces listed; what was drawn from lists follows from the seed.
      prompt: parsePermutations(request.prompt).at(which),
      negativePrompt: parsePermutations(request.negativePrompt).at(which),
      ...{ steps, sampler, guidance, width, height, model: recipe.model.name },
      seed: image.seed,
      count: 4,
      variation: { seed: randomInt(MAX_SEED), strength: VARIATION_STRENGTH, ...walked(recipe, image.index) },
    };
  }),
  upscale: order(({ generation, action }) => ({
    kind: 'upscale',
    source: { generationId: generation.id, index: pick(generation, action.index).index },
    factor: 4,
    private: generation.request.private,
  })),
  details: async (_deps, { generation }) => details(generation),
  cancel: async ({ studio }, { sender, generation }) => {
    await studio.cancel(sender, generation.id);
    return notice('Cancelled.', generation.id);
  },
  delete: async ({ studio }, { sender, generation }) => {
    await studio.remove(sender, generation.id);
    return notice('Deleted: the pictures, the prompt and the message.');
  },
} satisfies Record<Verb, Do>;

/** How a picture that is itself a variation came from its seed: its own variations go on from there. */
function walked({ variation }: RecipeOf<'imagine'>, index: number) {
  if (!variation) return undefined;
  const { seed, strength, before = [] } = variation;
  return { before: [...before, { seed: (seed + index) % 2 ** 32, strength }] };
}

function prompted(generation: GenerationView): RequestOf<'imagine'> {
  if (generation.request.kind === 'imagine') return generation.request;
  throw new AppError('invalid_request', 'Only pictures made from a prompt can be made again.');
}

function pick(generation: GenerationView, index: number) {
  const image = generation.images.find((image) => image.index === index);
  if (!image) throw new AppError('not_found', 'That picture is not ready, or it is no longer here.');
  return image;
}
