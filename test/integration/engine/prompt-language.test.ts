/** The prompt language through whole models, one, two and three text encoders: laws that hold for pictures. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecipeOf } from '../../../src/core/recipe.ts';
import { Request } from '../../../src/core/request.ts';
import { type Catalogue, openCatalogue } from '../../../src/engine/catalogue.ts';
import { openDevice } from '../../../src/engine/device.ts';
import { createLocalEngine, type Engine } from '../../../src/engine/engine.ts';
import { createPlanner } from '../../../src/engine/plan.ts';
import { type LayoutName, writeTinyModel } from '../../models/folders.ts';
import { aContext, hashes, log } from './an-engine.ts';

type Over = Partial<RecipeOf<'imagine'>>;
const NAMES: LayoutName[] = ['sd15-optimum', 'sdxl', 'sd3', 'flux-dev'];
const root = mkdtempSync(join(tmpdir(), 'prompts-'));
let catalogue: Catalogue;
let engine: Engine;
beforeAll(async () => {
  for (const name of NAMES) writeTinyModel(join(root, name), name);
  catalogue = await openCatalogue({ MODELS_DIR: root });
  engine = createLocalEngine({ catalogue, device: await openDevice({ log }, 'cpu', 2), log });
});
afterAll(async () => {
  await engine.close();
  rmSync(root, { recursive: true });
});

async function draw(model: LayoutName, over: Over): Promise<string[]> {
  const plan = createPlanner({ catalogue, config: { DEFAULT_MODEL: model } });
  const { recipe } = plan(
    Request.parse({ kind: 'imagine', prompt: 'a red apple', seed: 5, steps: 4, guidance: 3, model }),
  );
  const small = { ...(recipe as RecipeOf<'imagine'>), width: 64, height: 64, ...over };
  return hashes(await engine.generate(small, aContext()));
}

describe.each(NAMES)('%s', (name) => {
  const one = async (over: Over) => (await draw(name, over))[0]!;

  it('what says the same draws the same', async () => {
    const plain = await one({});
    for (const prompt of ['a (red:1.0) apple', 'a [red|red] apple', '[a red apple:a red apple:0.5]', 'a red apple :1'])
      expect(await one({ prompt }), prompt).toBe(plain);
    expect(await one({ prompt: 'a (red:1.6) apple', weighting: 'none' })).toBe(plain);
    expect(await one({ guidanceInterval: [0, 1], guidanceRescale: 0 })).toBe(plain);
  });

  it('what says something else draws something else', async () => {
    const prompts = ['a red apple', 'a (red:1.6) apple', 'a [red:blue:0.5] apple', 'a red apple AND a blue sky'];
    const long = Array.from({ length: 60 }, (_, i) => ['red', 'apple', 'blue', 'sky'][i % 4]).join(', ');
    const drawn = [];
    for (const prompt of [...prompts, long, `${long}, a red apple`]) drawn.push(await one({ prompt }));
    expect(new Set(drawn).size).toBe(drawn.length);
  });

  it('pictures of one recipe with words of their own are those drawn alone', async () => {
    const prompts = ['a red apple', 'the blue sky BREAK a red apple', 'a (red:1.3) sky'];
    const together = await draw(name, { count: 3, prompts, negativePrompts: ['', 'red', 'blue'] });
    expect(together[1]).toBe(await one({ seed: 6, prompt: prompts[1]!, negativePrompt: 'red' }));
    expect(together[2]).toBe(await one({ seed: 7, prompt: prompts[2]!, negativePrompt: 'blue' }));
  });
});

it('outside of its interval guidance is as good as off', async () => {
  const [off] = await draw('sdxl', { guidance: 1 });
  expect((await draw('sdxl', { guidance: 7, guidanceInterval: [1, 1] }))[0]).toBe(off);
  expect((await draw('sdxl', { guidance: 7, guidanceInterval: [0, 0.5] }))[0]).not.toBe(off);
});
