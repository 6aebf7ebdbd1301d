import pino from 'pino';
import { expect, it, vi } from 'vitest';
import { press } from '../../../src/bots/press.ts';
import type { Verb } from '../../../src/core/action.ts';
import type { Order, Studio } from '../../../src/core/studio.ts';
import { aGeneration, anId, anImage, aRecipe, aRequest, aSender } from '../../fixtures.ts';

function pressed(verb: Verb, { mine = true, generation = aGeneration(), index = 0 } = {}) {
  const orders: Order[] = [];
  const studio = {
    find: async () => generation,
    isOwner: async () => mine,
    cancel: vi.fn(async () => {}),
    remove: vi.fn(async () => generation),
    submit: async (order: Order, acknowledge: (receipt: never) => Promise<unknown>) => {
      orders.push(order);
      const receipt = { generationId: anId(2), ahead: 0, notes: [] };
      await acknowledge(receipt as never);
      return receipt;
    },
  } as unknown as Studio;
  const event = {
    eventId: 'e',
    sender: aSender(),
    address: generation.address,
    action: { verb, index, generationId: generation.id },
  };
  const acknowledge = vi.fn(async () => generation.address);
  return { result: press({ studio, log: pino({ level: 'silent' }) }, event, acknowledge), orders, studio, acknowledge };
}

it('re-rolls with everything but the seed', async () => {
  const generation = aGeneration({ request: aRequest({ seed: 0, steps: 9 }) });
  const { result, orders, acknowledge } = pressed('reroll', { generation });
  expect(await result).toBeUndefined();
  expect(orders[0]).toMatchObject({ parentId: generation.id, request: { steps: 9, prompt: 'two red apples' } });
  expect(orders[0]!.request).not.toHaveProperty('seed');
  expect(acknowledge).toHaveBeenCalledOnce();
});

it('varies from the noise of the very picture that was pressed', async () => {
  const generation = aGeneration({ images: [anImage({ index: 1, seed: 8 })] });
  const { result, orders } = pressed('vary', { generation, index: 1 });
  await result;
  expect(orders[0]!.request).toMatchObject({ seed: 8, count: 4, variation: { strength: expect.any(Number) } });
});

it('varies a variation from where that one had come to', async () => {
  const variation = { seed: 30, strength: 0.35, before: [{ seed: 20, strength: 0.35 }] };
  const images = [0, 1, 2, 3].map((index) => anImage({ index, seed: 8 }));
  const { result, orders } = pressed('vary', {
    generation: aGeneration({ recipe: aRecipe({ variation }), images }),
    index: 3,
  });
  await result;
  const request = aRequest(orders[0]!.request as Record<string, unknown>); // it is a request that parses
  expect(request).toMatchObject({
    seed: 8,
    variation: {
      before: [
        { seed: 20, strength: 0.35 },
        { seed: 33, strength: 0.35 },
      ],
    },
  });
});

it('varies the one of the prompts in braces that the picture shows', async () => {
  const request = aRequest({ prompt: 'a {red,blue} __animal__' });
  const { result, orders } = pressed('vary', {
    generation: aGeneration({ request, images: [anImage({ index: 1 })] }),
    index: 1,
  });
  await result;
  expect(orders[0]!.request).toMatchObject({ prompt: 'a blue __animal__' });
});

it('varies a frame of a walk, and a picture made of another, as a picture of their kind', async () => {
  const init = { picture: { key: 'k', sha256: 'b'.repeat(64), width: 9, height: 9 }, strength: 0.5 };
  const generation = aGeneration({ request: aRequest({ init, walk: { seed: 3 } }) });
  const { result, orders } = pressed('vary', { generation });
  await result;
  expect(orders[0]!.request).toMatchObject({ init, count: 4 });
  expect(orders[0]!.request).not.toHaveProperty('walk');
});

it('asks for one picture, larger', async () => {
  const { result, orders } = pressed('upscale');
  await result;
  expect(orders[0]!.request).toMatchObject({ kind: 'upscale', source: { generationId: anId(), index: 0 } });
});

it.each(['cancel', 'delete'] as const)('lets nobody else %s', async (verb) => {
  const { result, studio } = pressed(verb, { mine: false });
  await expect(result).rejects.toMatchObject({ code: 'not_yours' });
  expect(studio.cancel).not.toHaveBeenCalled();
  expect(studio.remove).not.toHaveBeenCalled();
});

it('lets others re-roll what is public, and nothing that is private', async () => {
  await expect(pressed('reroll', { mine: false }).result).resolves.toBeUndefined();
  const generation = aGeneration({ request: aRequest({ private: true }) });
  await expect(pressed('details', { mine: false, generation }).result).rejects.toMatchObject({ code: 'not_yours' });
});

it('has a clear answer for a picture that is not there', async () => {
  await expect(pressed('upscale', { index: 3 }).result).rejects.toMatchObject({ code: 'not_found' });
});
