/** Every layout of model folders begins with a picture, keeps what a mask keeps, and makes a second pass. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecipeOf, StoredPicture } from '../../../src/core/recipe.ts';
import { Request } from '../../../src/core/request.ts';
import { type Catalogue, openCatalogue } from '../../../src/engine/catalogue.ts';
import { openDevice } from '../../../src/engine/device.ts';
import { createLocalEngine, type Engine } from '../../../src/engine/engine.ts';
import { createPlanner } from '../../../src/engine/plan.ts';
import { LAYOUTS, type LayoutName, writeTinyModel } from '../../models/folders.ts';
import { aContext, hashes, log } from './an-engine.ts';

type Over = Partial<RecipeOf<'imagine'>>;
const NAMES = Object.keys(LAYOUTS) as LayoutName[];
const root = mkdtempSync(join(tmpdir(), 'layouts-'));
const files = new Map<string, Uint8Array>();
let catalogue: Catalogue;
let engine: Engine;
let picture: StoredPicture;
let black: StoredPicture;
let half: StoredPicture;

beforeAll(async () => {
  for (const name of NAMES) writeTinyModel(join(root, name), name);
  catalogue = await openCatalogue({ MODELS_DIR: root });
  engine = createLocalEngine({ catalogue, device: await openDevice({ log }, 'cpu', 2), log });
  picture = await keep((i) => (i * 37) % 256);
  black = await keep(() => 0);
  half = await keep((i) => (Math.floor(i / 3) % 64 >= 32 ? 255 : 0));
});
afterAll(async () => {
  await engine.close();
  rmSync(root, { recursive: true });
});

async function keep(value: (i: number) => number): Promise<StoredPicture> {
  const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => value(i));
  const bytes = await sharp(data, { raw: { width: 64, height: 64, channels: 3 } })
    .png()
    .toBuffer();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  files.set(sha256, bytes);
  return { key: sha256, sha256, width: 64, height: 64 };
}

function draw(model: LayoutName, over: Over) {
  const plan = createPlanner({ catalogue, config: { DEFAULT_MODEL: 'sdxl' } });
  const { recipe } = plan(Request.parse({ kind: 'imagine', prompt: 'a red apple', seed: 5, steps: 4, model }));
  const small = { ...(recipe as RecipeOf<'imagine'>), width: 64, height: 64, ...over };
  return engine.generate(small, aContext({ load: async (key) => files.get(key)! }));
}
const bytesOf = async (model: LayoutName, over: Over) => hashes(await draw(model, over))[0]!;

describe.each(NAMES)('%s', (name) => {
  it('keeps a picture at strength 0, changes it above, and gives the same bytes again', async () => {
    const kept = await bytesOf(name, { init: { picture, strength: 0 } });
    expect(await bytesOf(name, { prompt: 'the blue sky', seed: 1, init: { picture, strength: 0 } })).toBe(kept);
    const changed = await bytesOf(name, { init: { picture, strength: 0.5 } });
    expect(changed).not.toBe(kept);
    const four = hashes(await draw(name, { count: 3, seed: 3, init: { picture, strength: 0.5 } }));
    expect(four[2]).toBe(changed);
  });

  it('paints only what a mask allows', async () => {
    const untouched = await bytesOf(name, { init: { picture, strength: 1, mask: black } });
    const painted = await bytesOf(name, { init: { picture, strength: 1, mask: half } });
    expect(painted).not.toBe(untouched);
    // A network made for inpainting keeps the picture by itself, this one of random weights does not.
    if (name !== 'inpainting-9') expect(untouched).toBe(await bytesOf(name, { init: { picture, strength: 0 } }));
  });

  it('makes a second pass at twice the size', async () => {
    const hires = { width: 128, height: 128, steps: 4, strength: 0.5 };
    const { images } = await draw(name, { hires });
    expect([images[0]!.picture.width, images[0]!.picture.height]).toEqual([128, 128]);
  });
});

it('a network made for inpainting sees what the picture has outside of the mask, and the mask', async () => {
  const other = await keep((i) => (i * 91) % 256);
  const of = (init: Over['init']) => bytesOf('inpainting-9', { init: init! });
  const pictures = [
    await of({ picture, strength: 1, mask: half }),
    await of({ picture: other, strength: 1, mask: half }),
    await of({ picture, strength: 1, mask: black }),
  ];
  expect(new Set(pictures).size).toBe(3);
  const white = await keep(() => 255);
  const anew = await of({ picture, strength: 1, mask: white });
  expect(await of({ picture: other, strength: 1, mask: white })).toBe(anew);
  expect(await bytesOf('inpainting-9', {})).toBe(anew);
});
