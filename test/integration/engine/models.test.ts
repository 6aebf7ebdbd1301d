/** Damaged models and source pictures are named, not run. */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecipeOf } from '../../../src/core/recipe.ts';
import { Request } from '../../../src/core/request.ts';
import { openCatalogue } from '../../../src/engine/catalogue.ts';
import type { EngineClient } from '../../../src/engine/client.ts';
import { createPlanner } from '../../../src/engine/plan.ts';
import { aContext, anEngine, aRecipe, DEFAULT_MODEL, MODELS_DIR } from './an-engine.ts';

describe('a damaged model', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'models-'));
    await cp(join(MODELS_DIR, DEFAULT_MODEL), join(root, DEFAULT_MODEL), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true }));

  const damage = async () => {
    const file = join(root, DEFAULT_MODEL, 'unet/model.onnx');
    const bytes = await readFile(file);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(file, bytes);
  };

  it('is refused by the planner, with the file’s name', async () => {
    await damage();
    const plan = createPlanner({ catalogue: await openCatalogue({ MODELS_DIR: root }), config: { DEFAULT_MODEL } });
    expect(() => plan(Request.parse({ kind: 'imagine', prompt: 'x' }))).toThrow(
      expect.objectContaining({ code: 'model_corrupt', message: expect.stringContaining('unet/model.onnx') }),
    );
  });

  it('is refused by the engine when it was damaged after the start', async () => {
    const engine = await anEngine({ MODELS_DIR: root });
    await damage();
    const job = engine.generate(await aRecipe(), aContext());
    await expect(job).rejects.toMatchObject({
      code: 'model_corrupt',
      message: expect.stringContaining('unet/model.onnx'),
    });
    await engine.close();
  });
});

describe('enlarging', () => {
  let engine: EngineClient;
  let png: Buffer;
  beforeAll(async () => {
    engine = await anEngine();
    const raw = { width: 96, height: 80, channels: 3 as const };
    png = await sharp({ create: { ...raw, background: '#c02030' } })
      .png()
      .toBuffer();
  });
  afterAll(() => engine.close());

  const upscale = async (bytes: Buffer, factor: number): Promise<RecipeOf<'upscale'>> => {
    const plan = createPlanner({ catalogue: await openCatalogue({ MODELS_DIR }), config: { DEFAULT_MODEL } });
    const source = { generationId: '01890000-0000-7000-8000-000000000000', index: 0 };
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const stored = { key: 'k', sha256, width: 96, height: 80, seed: 5 };
    const { recipe } = plan(Request.parse({ kind: 'upscale', source, factor }), () => stored);
    if (recipe.kind !== 'upscale') throw new TypeError(recipe.kind);
    return recipe;
  };
  const load = (bytes: Buffer) => aContext({ load: async () => bytes });

  it.each([2, 4])('by %i gives a picture of that size and nearly that colour', async (factor) => {
    const { images } = await engine.generate(await upscale(png, factor), load(png));
    const { picture, seed } = images[0]!;
    expect([picture.width, picture.height, seed]).toEqual([96 * factor, 80 * factor, 5]);
    const middle = (picture.width * (picture.height / 2) + picture.width / 2) * 3;
    [0xc0, 0x20, 0x30].forEach((v, c) => void expect(Math.abs(picture.data[middle + c]! - v)).toBeLessThan(12));
  });

  it('refuses a stored picture that is not the recorded one', async () => {
    const recipe = await upscale(png, 2);
    const other = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#000' } })
      .png()
      .toBuffer();
    await expect(engine.generate(recipe, load(other))).rejects.toMatchObject({ code: 'storage_failed' });
  });

  it('refuses a file that is no picture', async () => {
    const text = Buffer.from('not a picture');
    await expect(engine.generate(await upscale(text, 2), load(text))).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });
});
