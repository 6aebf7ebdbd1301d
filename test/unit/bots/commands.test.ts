import pino from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { COMMANDS } from '../../../src/bots/commands.ts';
import { type OptionTable, parse } from '../../../src/bots/option-table.ts';
import { AppError } from '../../../src/core/errors.ts';
import type { Kind } from '../../../src/core/request.ts';
import type { Order, Studio } from '../../../src/core/studio.ts';
import { aGeneration, anId, anImage, aRequest, aSender } from '../../fixtures.ts';

const kept = { key: 'k', sha256: 'd'.repeat(64), width: 640, height: 480 };
const secret = aGeneration({ id: anId(8), request: aRequest({ private: true }) });
const two = aGeneration({ id: anId(7), images: [anImage(), anImage({ index: 1 })] });

/** What a command orders when its options are these; text is parsed as it would be typed. */
async function asked(kind: Kind, given: string | Record<string, unknown>, pictures: Record<string, unknown> = {}) {
  const orders: Order[] = [];
  const studio = {
    find: async (id: string) => {
      const found = [secret, two].find((one) => one.id === id);
      if (!found) throw new AppError('not_found', 'That picture is no longer here.');
      return found;
    },
    isOwner: async () => false,
    handIn: vi.fn(async () => kept),
    brushes: () => [{ name: 'night-wind', title: 'Night wind' }],
    attributes: () => [{ name: 'smile', title: 'smile' }],
    submit: async (order: Order) => void orders.push(order),
  } as unknown as Studio;
  const { run, main, options: table } = COMMANDS[kind];
  const typed = typeof given === 'string' ? parse(table as OptionTable, main, given) : given;
  const event = { eventId: 'e', sender: aSender(), address: two.address, options: { ...typed, ...pictures } };
  await run({ studio, log: pino({ level: 'silent' }) }, event, async () => two.address);
  return { request: orders[0]!.request, handIn: studio.handIn };
}

const file = (fetch = async () => new Uint8Array(1)) => ({ fetch });

describe('/stylize', () => {
  it('takes a picture and a brush, by name or title, with its strength', async () => {
    const { request } = await asked('stylize', '--brush Night Wind --strength 0.4', { picture: file() });
    expect(request).toMatchObject({ kind: 'stylize', source: kept, brush: 'night-wind', strength: 0.4 });
    expect(request).not.toHaveProperty('words');
  });

  it('takes words that are a brush for the brush, others for words', async () => {
    expect((await asked('stylize', 'night wind', { picture: file() })).request).toMatchObject({ brush: 'night-wind' });
    expect((await asked('stylize', 'as a woodcut', { picture: file() })).request).toMatchObject({
      words: 'as a woodcut',
    });
  });

  it('takes a second picture as its style, and one of ours by its id', async () => {
    const { request } = await asked('stylize', `--of ${two.id}#2 --keep-colours luminance`, { like: file() });
    expect(request).toMatchObject({
      source: { generationId: two.id, index: 1 },
      styles: [{ picture: kept }],
      keepColours: 'luminance',
    });
  });

  it('takes several manners with their shares, and masks of where they go', async () => {
    const { request } = await asked('stylize', '--weights 60 30 15', {
      ...{ picture: file(), like: file(), like_2: file(), like_3: file() },
      ...{ mask: file(), mask_2: file() },
    });
    expect(request).toMatchObject({
      styles: [{ weight: 1 }, { weight: 0.5, mask: kept }, { weight: 0.25 }],
      mask: kept,
    });
    expect(request).toHaveProperty('styles.0', { picture: kept, weight: 1 });
  });

  it.each([
    ['--weights 1 2', { like: file() }, 'does not weigh one picture'],
    ['--weights 1', { like: file(), like_2: file() }, 'such as: 70 30'],
    ['--weights 0 0', { like: file(), like_2: file() }, 'does not weigh 2 pictures'],
    ['--weights much', { like: file() }, 'does not weigh'],
    ['--weights 1', {}, 'give these pictures too'],
    ['', { mask_2: file(), like: file() }, 'where like_2 goes'],
  ])('does not guess what “%s” weighs', async (text, pictures, says) => {
    await expect(asked('stylize', text, { picture: file(), ...pictures })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining(says),
    });
  });

  it.each([
    ['--brush night-wnd', 'Did you mean “night-wind”'],
    ['--strength 2', 'share'],
    ['--quality superb', ''],
  ])('says what is wrong with “%s” before it fetches anything', async (text, says) => {
    const fetch = vi.fn(async () => new Uint8Array(1));
    await expect(asked('stylize', text, { picture: { fetch } })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining(says),
    });
    expect(fetch).not.toHaveBeenCalled();
  });

  it('wants a picture, and shows nobody another’s private one', async () => {
    await expect(asked('stylize', 'night wind')).rejects.toThrow('Attach the picture');
    await expect(asked('stylize', `--of ${secret.id}`)).rejects.toMatchObject({ code: 'not_yours' });
    await expect(asked('stylize', '--of that one')).rejects.toThrow('Name a picture by the id');
    await expect(asked('stylize', `--of ${two.id}#3`)).rejects.toMatchObject({ code: 'not_found' });
  });
});

it('/face reads attributes, mixing and a count for 300', async () => {
  expect((await asked('face', 'smile +2 --count 300 --psi 0.7 --mix 7 fine, 9')).request).toMatchObject({
    kind: 'face',
    count: 300,
    truncation: 0.7,
    attributes: { smile: 2 },
    mix: [
      { seed: 7, layers: 'fine' },
      { seed: 9, layers: 'middle' },
    ],
  });
  expect((await asked('face', '', { picture: file() })).request).toMatchObject({ picture: kept });
  await expect(asked('face', 'smile 4')).rejects.toThrow('−3 to 3');
  await expect(asked('face', '--count 301')).rejects.toThrow('1 to 300');
});

it('/morph goes through the pictures it is told, and to a seed', async () => {
  expect((await asked('morph', `${two.id} ${two.id}#2 --frames 12`)).request).toMatchObject({
    kind: 'morph',
    stops: [
      { generationId: two.id, index: 0 },
      { generationId: two.id, index: 1 },
    ],
    frames: 12,
  });
  expect((await asked('morph', { from: two.id, to: '42' })).request).toMatchObject({ stops: [{}, { seed: 42 }] });
  await expect(asked('morph', two.id)).rejects.toThrow('two pictures');
});

it('/upscale enlarges any picture by 2 or 4', async () => {
  expect((await asked('upscale', '--factor 2', { picture: file() })).request).toMatchObject({
    source: kept,
    factor: 2,
  });
  expect((await asked('upscale', `${two.id}#2`)).request).toMatchObject({ source: { index: 1 }, factor: 4 });
  await expect(asked('upscale', '--factor 3', { picture: file() })).rejects.toThrow('2 or 4');
});
