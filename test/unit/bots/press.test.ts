import pino from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { press } from '../../../src/bots/press.ts';
import type { Verb } from '../../../src/core/action.ts';
import { AppError } from '../../../src/core/errors.ts';
import type { GenerationView } from '../../../src/core/records.ts';
import { Request } from '../../../src/core/request.ts';
import type { Order, Studio } from '../../../src/core/studio.ts';
import {
  aBrushRecipe,
  aFaceRecipe,
  aGeneration,
  aKeptPicture,
  anId,
  anImage,
  aRecipe,
  aRequest,
  aSender,
} from '../../fixtures.ts';

interface Given {
  mine?: boolean;
  generation?: GenerationView;
  index?: number;
  detail?: string;
  privately?: boolean;
}

function pressed(verb: Verb, { mine = true, generation = aGeneration(), index = 0, detail, privately }: Given = {}) {
  const orders: Order[] = [];
  const ofOwner = async () => {
    if (!mine) throw new AppError('not_yours', 'Only the person who asked for it can do that.');
  };
  const studio = {
    find: vi.fn(async () => generation),
    isOwner: async () => mine,
    read: async () => new Uint8Array(9),
    brushes: () => [
      { name: 'night-wind', title: 'Night wind' },
      { name: 'ink', title: 'Ink' },
    ],
    attributes: () => [{ name: 'long-hair', title: 'long hair' }],
    cancel: ofOwner,
    remove: ofOwner,
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
    action: { verb, index, generationId: generation.id, ...(detail && { detail }) },
    ...(privately && { privately }),
  };
  const acknowledge = vi.fn(async () => generation.address);
  return { result: press({ studio, log: pino({ level: 'silent' }) }, event, acknowledge), orders, studio, acknowledge };
}

it('shows a picture again to one person, with all that can be done to it', async () => {
  const reply = await pressed('show').result;
  expect(reply).toMatchObject({ state: 'done', private: true, images: [{ key: 'bb/bb/image' }] });
  expect(reply!.buttons.flat().map(({ action }) => action.verb)).toContain('upscale');
});

it('shows nobody else what was made where they are not', async () => {
  const generation = aGeneration({ sender: aSender({ platform: 'discord', space: { id: 'elsewhere' } }) });
  await expect(pressed('show', { mine: false, generation }).result).rejects.toMatchObject({ code: 'not_found' });
});

it('keeps private what comes of a message that one person sees', async () => {
  const { result, orders } = pressed('upscale', { privately: true });
  await result;
  expect(orders[0]!.request.private).toBe(true);
  const elsewhere = pressed('upscale');
  await elsewhere.result;
  expect(elsewhere.orders[0]!.request.private).toBe(false);
});

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

it.each(['cancel', 'delete'] as const)('leaves to the studio who may %s, and reads no record for it', async (verb) => {
  const { result, studio } = pressed(verb, { mine: false });
  await expect(result).rejects.toMatchObject({ code: 'not_yours' });
  expect(studio.find).not.toHaveBeenCalled(); // it may be one that this version cannot read
  expect((await pressed(verb).result)!.headline).toMatch(verb === 'cancel' ? /^Cancelled/ : /^Deleted/);
});

it('lets others re-roll what is public, and nothing that is private', async () => {
  await expect(pressed('reroll', { mine: false }).result).resolves.toBeUndefined();
  const generation = aGeneration({ request: aRequest({ private: true }) });
  await expect(pressed('details', { mine: false, generation }).result).rejects.toMatchObject({ code: 'not_yours' });
});

it('has a clear answer for a picture that is not there', async () => {
  await expect(pressed('upscale', { index: 3 }).result).rejects.toMatchObject({ code: 'not_found' });
});

const stylized = (over: Record<string, unknown> = {}, recipe = aBrushRecipe()) =>
  aGeneration({
    request: aRequest({ kind: 'stylize', source: aKeptPicture(), brush: 'night-wind', ...over }),
    recipe,
  });

const aFace = (recipe = aFaceRecipe(), images = [anImage()]) =>
  aGeneration({ request: aRequest({ kind: 'face' }), recipe, images });

/** The request that was ordered, and it is one that parses. */
const ordered = async ({ result, orders }: ReturnType<typeof pressed>): Promise<Record<string, unknown>> => {
  await result;
  return Request.parse(orders[0]!.request);
};

describe('a stylized picture', () => {
  it.each([
    ['softer', 0.6],
    ['stronger', 1],
  ] as const)('is made %s from the same source with the same seed', async (verb, strength) => {
    const generation = stylized({}, aBrushRecipe({ seed: 5 }));
    expect(await ordered(pressed(verb, { generation }))).toMatchObject({
      ...{ kind: 'stylize', source: aKeptPicture(), brush: 'night-wind', strength, seed: 5 },
    });
  });

  it('says so when there is no more of it', async () => {
    const generation = stylized({}, aBrushRecipe({ strength: 1 }));
    await expect(pressed('stronger', { generation }).result).rejects.toThrow('as strong as it can be');
    await expect(pressed('softer', {}).result).rejects.toThrow('Only stylized');
  });

  it('of words is made softer by remembering more of its source', async () => {
    const recipe = aRecipe({ init: { picture: aKeptPicture(), strength: 0.5 } }) as never;
    const generation = stylized({ brush: undefined, words: 'a woodcut' }, recipe);
    expect(await ordered(pressed('softer', { generation }))).toMatchObject({ words: 'a woodcut', strength: 0.3 });
  });

  it('is painted with another brush from the same source; any other picture from itself', async () => {
    expect(await ordered(pressed('stylize', { generation: stylized(), detail: 'ink' }))).toMatchObject({
      ...{ source: aKeptPicture(), brush: 'ink' },
    });
    expect(await ordered(pressed('reroll', { generation: stylized() }))).toMatchObject({ brush: 'ink' });
    expect(await ordered(pressed('stylize', { detail: 'ink' }))).toMatchObject({
      source: { generationId: anId(), index: 0 },
    });
    await expect(pressed('stylize', { detail: 'inc' }).result).rejects.toThrow('Did you mean “ink”');
  });

  it('shows before and after to whoever handed the picture in, and to nobody else', async () => {
    expect(await pressed('before', { generation: stylized() }).result).toMatchObject({
      private: true,
      images: [
        { key: aKeptPicture().key, title: 'Before' },
        { key: anImage().key, title: 'After' },
      ],
    });
    for (const verb of ['before', 'softer'] as const)
      await expect(pressed(verb, { generation: stylized(), mine: false }).result).rejects.toMatchObject({
        code: 'not_yours',
      });
    await expect(pressed('stronger', { generation: stylized(), mine: false }).result).resolves.toBeUndefined();
  });

  it('names its source and parent in its details', async () => {
    const generation = { ...stylized({ source: { generationId: anId(5), index: 2 } }), parentId: anId(4) };
    const reply = await pressed('details', { generation }).result;
    expect(reply!.lines).toEqual(
      expect.arrayContaining([`Made from: picture 3 of ${anId(5)}`, `Parent: ${anId(4)}`, 'Strength: 0.8']),
    );
  });
});

describe('a face', () => {
  const recipe = aFaceRecipe({ count: 2 });
  const generation = aFace(recipe, [anImage(), anImage({ index: 1, seed: 8 })]);

  it('is changed along an attribute, and stays itself otherwise', async () => {
    const picture = { generationId: anId(), index: 1 };
    expect(await ordered(pressed('edit', { generation, index: 1, detail: 'long-hair+1' }))).toEqual({
      ...{ kind: 'face', count: 1, picture, attributes: { 'long-hair': 1 }, private: false },
    });
    expect(await ordered(pressed('edit', { generation, index: 1 }))).toMatchObject({ picture, attributes: {} });
  });

  it('has an end to every attribute', async () => {
    const most = aFace(aFaceRecipe({ edits: { 'long hair': 3 } })); // as the model calls it
    await expect(pressed('edit', { generation: most, detail: 'long-hair+1' }).result).rejects.toThrow('no more of');
    await expect(pressed('edit', { generation: most, detail: 'wings+1' }).result).rejects.toThrow('no such attribute');
  });

  it('is mixed with a fresh one', async () => {
    const seed = expect.any(Number);
    expect(await ordered(pressed('mix', { generation }))).toMatchObject({
      ...{ picture: { generationId: anId(), index: 0 }, mix: [{ seed, layers: 'middle' }] },
    });
    expect(await ordered(pressed('mix', { generation, detail: 'fine' }))).toMatchObject({ mix: [{ layers: 'fine' }] });
  });

  it('morphs into a fresh one, several through all of them', async () => {
    expect(await ordered(pressed('morph', { generation: aFace() }))).toMatchObject({
      stops: [{ generationId: anId(), index: 0 }, { seed: expect.any(Number) }],
    });
    expect(await ordered(pressed('morph', { generation }))).toMatchObject({ stops: [{ index: 0 }, { index: 1 }] });
    const nine = aFace(
      aFaceRecipe({ count: 9 }),
      Array.from({ length: 9 }, (_, index) => anImage({ index })),
    );
    const { stops, frames } = (await ordered(pressed('morph', { generation: nine }))) as { stops: []; frames: number };
    expect(stops).toHaveLength(9);
    expect((stops.length - 1) * (frames - 1) + 1).toBeLessThanOrEqual(60);
  });

  it('made of another is followed by one with a fresh seed, otherwise like it', async () => {
    const request = aRequest({ kind: 'face', picture: { generationId: anId(3), index: 0 }, attributes: { smile: 1 } });
    expect(await ordered(pressed('reroll', { generation: { ...aFace(), request } }))).toMatchObject({
      ...{ picture: { generationId: anId(3) }, seed: expect.any(Number), attributes: { smile: 1 } },
    });
  });
});

it('tries again just as it was asked what failed', async () => {
  const generation = { ...stylized(), status: 'failed' as const, images: [] };
  expect(await ordered(pressed('reroll', { generation }))).toEqual(generation.request);
});
