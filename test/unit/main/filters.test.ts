/** What a shell asks of filters and faces: options to requests, files to stored pictures. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/core/config.ts';
import { uploadBounds } from '../../../src/core/upload-bounds.ts';
import { createCatalogue } from '../../../src/engine/catalogue.ts';
import type { Ask } from '../../../src/main/at-shell.ts';
import { askFace, askMorph, askStylize, askUpscale } from '../../../src/main/filters.ts';
import { createHandedIn } from '../../../src/main/handed-in.ts';

const folder = mkdtempSync(join(tmpdir(), 'filters-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = async (name: string, width = 40, height = 20) => {
  const picture = sharp({ create: { width, height, channels: 3, background: '#c02030' } });
  writeFileSync(join(folder, name), await picture.png().toBuffer());
  return join(folder, name);
};
/** What no encoder makes small. */
const noise = async (name: string) => {
  const create = { width: 800, height: 600, channels: 3, background: '#888' } as const;
  const picture = sharp({ create: { ...create, noise: { type: 'gaussian', mean: 128, sigma: 90 } } });
  writeFileSync(join(folder, name), await picture.png().toBuffer());
  return join(folder, name);
};
const film = async (name: string) => {
  const frames = await Promise.all(
    ['#c02030', '#20c030', '#2030c0'].map((background) =>
      sharp({ create: { width: 30, height: 18, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  writeFileSync(
    join(folder, name),
    await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer(),
  );
  return join(folder, name);
};
const asked = (ask: Ask, handedIn = createHandedIn(uploadBounds(loadConfig({})))) => ask(handedIn, createCatalogue([]));

describe('stylize', () => {
  it('a brush, and how', async () => {
    const options = {
      brush: 'ink',
      strength: '0.4',
      keepColours: 'luminance',
      mask: await file('mask.png', 8, 4),
      seed: '3',
    };
    expect(await asked(askStylize(await file('a.png'), options))).toMatchObject({
      ...{ kind: 'stylize', brush: 'ink', strength: 0.4, keepColours: 'luminance', seed: 3 },
      ...{ source: { width: 40, height: 20 }, mask: { width: 8, height: 4 } },
    });
  });

  it('other pictures, each with its weight and where it is meant', async () => {
    const [first, second, where] = [
      await file('b.png', 9, 9),
      await file('c, d=e.png', 7, 7),
      await file('w.png', 5, 5),
    ];
    const like = [first, `${second},weight=0.3,mask=${where}`];
    expect(await asked(askStylize(await file('a.png'), { like, quality: 'best' }))).toMatchObject({
      quality: 'best',
      styles: [
        { picture: { width: 9 }, weight: 1 },
        { picture: { width: 7 }, weight: 0.3, mask: { width: 5 } },
      ],
    });
  });

  it('words', async () => {
    expect(await asked(askStylize(await file('a.png'), { words: 'a castle' }))).toMatchObject({ words: 'a castle' });
  });

  it.each([
    ['UPLOAD_MAX_MB', '1', async () => noise('large.png'), 'MiB; the most is 1 (UPLOAD_MAX_MB)'],
    ['UPLOAD_MAX_MEGAPIXELS', '1', async () => file('wide.png', 2000, 600), 'has 1.2 million pixels; the most is 1'],
    ['UPLOAD_MAX_FRAMES', '2', async () => film('g.gif'), 'has 3 frames; the most is 2 (UPLOAD_MAX_FRAMES)'],
  ])('takes no more of a file than %s says', async (setting, most, sent, says) => {
    const handedIn = createHandedIn(uploadBounds(loadConfig({ [setting]: most })));
    await expect(asked(askStylize(await sent(), {}), handedIn)).rejects.toThrow(says);
    await asked(askStylize(await sent(), {}));
  });

  it('knows what moves', async () => {
    const handedIn = createHandedIn(uploadBounds(loadConfig({})));
    const request = await asked(askStylize(await film('f.gif'), {}), handedIn);
    if (request.kind !== 'stylize') throw new TypeError(request.kind);
    expect(handedIn.sources(request.source)).toMatchObject({ width: 30, height: 18, frames: 3 });
  });

  it.each([
    [{ strength: 'much' }, 'is not a number'],
    [{ strength: '2' }, 'A share must be 0 to 1'],
    [{ brush: 'Ink!' }, 'nothing of that name'],
    [{ mask: '/nowhere.png' }, '/nowhere.png cannot be read'],
  ])('%j is refused in words', async (options, message) => {
    await expect(asked(askStylize(await file('a.png'), options))).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining(message),
    });
  });
});

it('upscale: a file, twice or four times as wide', async () => {
  expect(await asked(askUpscale(await file('a.png'), {}))).toMatchObject({ kind: 'upscale', factor: 4 });
  await expect(asked(askUpscale(await file('a.png'), { factor: '3' }))).rejects.toThrow('The factor must be 2 or 4.');
});

it('face: how many, which, and like whose', async () => {
  const options = { count: '3', seed: '7', truncation: '0.5', mix: '7 fine, 12 coarse' };
  expect(await asked(askFace(options))).toMatchObject({
    ...{ kind: 'face', count: 3, seed: 7, truncation: 0.5 },
    mix: [
      { seed: 7, layers: 'fine' },
      { seed: 12, layers: 'coarse' },
    ],
  });
  expect(await asked(askFace({ like: await file('a.png') }))).toMatchObject({ picture: { width: 40 } });
  await expect(asked(askFace({ with: 'smile +2' }))).rejects.toThrow('There is no attribute “smile”');
});

it('morph: seeds, in their order', async () => {
  expect(await asked(askMorph(['7', '12', '9'], { frames: '5' }))).toMatchObject({
    ...{ kind: 'morph', frames: 5 },
    stops: [{ seed: 7 }, { seed: 12 }, { seed: 9 }],
  });
  await expect(asked(askMorph(['7', 'x'], {}))).rejects.toThrow('“x” is none');
  await expect(asked(askMorph(['7'], {}))).rejects.toThrow('A morph needs two pictures.');
});
