/** Controls in whole jobs, in the engine's child process. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RecipeOf } from '../../../src/core/recipe.ts';
import { Request } from '../../../src/core/request.ts';
import { type Catalogue, openCatalogue } from '../../../src/engine/catalogue.ts';
import type { EngineClient } from '../../../src/engine/client.ts';
import { openDevice } from '../../../src/engine/device.ts';
import { createLocalEngine } from '../../../src/engine/engine.ts';
import { decodePicture, inspectPicture } from '../../../src/engine/picture-input.ts';
import { createPlanner } from '../../../src/engine/plan.ts';
import { writeTinyControls } from '../../models/control-folders.ts';
import { aContext, anEngine, hashes, log } from './an-engine.ts';

const root = mkdtempSync(join(tmpdir(), 'controls-'));
const file = new Uint8Array(readFileSync('test/golden/two-red-apples-7.png'));
const context = () => aContext({ load: async () => file });
let catalogue: Catalogue;
let engine: EngineClient;

beforeAll(async () => {
  writeTinyControls(root);
  catalogue = await openCatalogue({ MODELS_DIR: root });
  engine = await anEngine({ MODELS_DIR: root, DEFAULT_MODEL: 'plain', ENGINE_THREADS: 2 });
});
afterAll(async () => {
  await engine.close();
  rmSync(root, { recursive: true });
});

/** Four steps of a 64 × 64 picture. */
async function aRecipe(controls: object[], over: Partial<RecipeOf<'imagine'>> = {}): Promise<RecipeOf<'imagine'>> {
  const picture = { key: 'apples', ...(await inspectPicture(file)) };
  const named = controls.map((control) => ({ picture, hint: 'canny', model: 'lines', ...control }));
  const asked = { kind: 'imagine', prompt: 'a red apple', seed: 5, steps: 4, width: 64, height: 64, controls: named };
  const plan = createPlanner({ catalogue, config: { DEFAULT_MODEL: 'plain' } });
  const { recipe } = plan(Request.parse(asked), () => picture);
  if (recipe.kind !== 'imagine') throw new TypeError(recipe.kind);
  return { ...recipe, ...over };
}
const draw = async (...asked: Parameters<typeof aRecipe>) =>
  hashes(await engine.generate(await aRecipe(...asked), context()));

it('steers the picture, each control in its own way', async () => {
  const doodles = { hint: 'scribble', model: 'doodles' };
  const pictures = [
    await draw([]),
    await draw([{}]),
    await draw([{ hint: 'softedge' }]),
    await draw([doodles]),
    await draw([{}, doodles]),
    await draw([{ guess: true }]),
    await draw([{ weight: 0.5 }]),
    await draw([{ to: 0.5 }]),
    await draw([{ from: 0.5 }]),
    await draw([{ hint: 'picture', model: 'likeness' }]),
  ].flat();
  expect(new Set(pictures).size).toBe(pictures.length);
});

it('without weight draws the very picture that there is without a control', async () => {
  expect(await draw([{ weight: 0 }])).toEqual(await draw([]));
});

it('gives the same bytes alone, as one of several, beside others, and in another process', async () => {
  const alone = await draw([{}], { seed: 6 });
  expect((await draw([{}], { count: 2 }))[1]).toBe(alone[0]);
  const device = await openDevice({ log }, 'cpu', 2);
  const local = createLocalEngine({ catalogue, device, log });
  const [busy] = await Promise.all([
    local.generate(await aRecipe([{}], { seed: 6 }), context()),
    local.generate(await aRecipe([{ hint: 'softedge', weight: 0.3 }], { steps: 3, count: 2 }), context()),
    local.generate(await aRecipe([]), context()),
  ]);
  expect(hashes(busy)).toEqual(alone);
  await local.close();
});

it('draws a second, larger pass under a hint of its size', async () => {
  const hires = { width: 96, height: 96, steps: 4, strength: 0.5 };
  const { images } = await engine.generate(await aRecipe([{}], { hires }), context());
  expect(images[0]!.picture).toMatchObject({ width: 96, height: 96 });
  expect(hashes({ images })).not.toEqual(await draw([], { hires }));
});

it('shows a hint before a job is spent on it, also while one runs', async () => {
  const picture = await decodePicture(file);
  const [hint] = await Promise.all([engine.hint(picture, 'canny'), draw([{}], { steps: 8 })]);
  expect(hint).toMatchObject({ width: picture.width, height: picture.height });
  expect(new Set(hint.data)).toEqual(new Set([0, 255]));
  await expect(engine.hint(picture, 'depth')).rejects.toMatchObject({ code: 'model_missing' });
});
