/** Every layout of model folders draws, gives its golden latents, and the same bytes for the same recipe wherever it runs. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecipeOf } from '../../../src/core/recipe.ts';
import { Request } from '../../../src/core/request.ts';
import { type Catalogue, openCatalogue } from '../../../src/engine/catalogue.ts';
import type { EngineClient } from '../../../src/engine/client.ts';
import { openDevice } from '../../../src/engine/device.ts';
import { openCheckpoint } from '../../../src/engine/diffusion/checkpoint.ts';
import { createLocalEngine, type Engine } from '../../../src/engine/engine.ts';
import { createPlanner } from '../../../src/engine/plan.ts';
import { LAYOUTS, type LayoutName, writeTinyModel } from '../../models/folders.ts';
import { latentOf } from '../../models/latents.ts';
import { aContext, anEngine, hashes, log } from './an-engine.ts';

const NAMES = Object.keys(LAYOUTS) as LayoutName[];
const root = mkdtempSync(join(tmpdir(), 'layouts-'));
let catalogue: Catalogue;
let engine: Engine;
let other: EngineClient;

const aLocalEngine = async () => createLocalEngine({ catalogue, device: await openDevice({ log }, 'cpu', 2), log });

beforeAll(async () => {
  for (const name of NAMES) writeTinyModel(join(root, name), name);
  catalogue = await openCatalogue({ MODELS_DIR: root });
  engine = await aLocalEngine();
  other = await anEngine({ MODELS_DIR: root, DEFAULT_MODEL: 'sdxl', ENGINE_THREADS: 2 });
});
afterAll(async () => {
  await engine.close();
  await other.close();
  rmSync(root, { recursive: true });
});

/** What the planner makes of a short request with the model's own sampler and guidance; three steps, 64 × 64. */
function aRecipe(model: LayoutName, over: Partial<RecipeOf<'imagine'>> = {}): RecipeOf<'imagine'> {
  const plan = createPlanner({ catalogue, config: { DEFAULT_MODEL: 'sdxl' } });
  const asked = { kind: 'imagine', prompt: 'a red apple', negativePrompt: 'blue', seed: 5, steps: 3, model };
  const { recipe } = plan(Request.parse(asked));
  if (recipe.kind !== 'imagine') throw new TypeError(recipe.kind);
  return { ...recipe, width: 64, height: 64, ...over };
}

const draw = async (recipe: RecipeOf<'imagine'>, by: Pick<Engine, 'generate'> = engine) =>
  hashes(await by.generate(recipe, aContext()));

describe.each(NAMES)('%s', (name) => {
  it('draws, and every picture of a recipe is the one drawn alone', async () => {
    const made = await engine.generate(aRecipe(name, { count: 3 }), aContext());
    for (const { picture } of made.images) {
      expect([picture.width, picture.height]).toEqual([64, 64]);
      expect(new Set(picture.data).size).toBeGreaterThan(16);
    }
    const together = hashes(made);
    expect(new Set(together).size).toBe(3);
    expect(await draw(aRecipe(name, { seed: 7 }))).toEqual([together[2]]);
  });

  it('gives the same bytes beside other people’s pictures, after a restart, in another process', async () => {
    const alone = await draw(aRecipe(name));
    const [busy] = await Promise.all([
      draw(aRecipe(name)),
      draw(aRecipe(name, { steps: 2, prompt: 'the blue sky', seed: 1, count: 2 })),
      draw(aRecipe(name, { seed: 9 })),
    ]);
    expect(busy).toEqual(alone);
    const again = await aLocalEngine();
    expect(await draw(aRecipe(name), again)).toEqual(alone);
    await again.close();
    expect(await draw(aRecipe(name), other)).toEqual(alone);
  });

  it('gives its golden latents', async () => {
    const { folder, ref } = catalogue.get('diffusion', aRecipe(name).model);
    const checkpoint = await openCheckpoint(await openDevice({ log }, 'cpu', 2), folder, ref.name);
    const latent = await latentOf(checkpoint, aRecipe(name));
    await checkpoint.release();
    expectGolden(name, latent);
  });
});

/**
 * First values, mean and mean size of each layout's latent. Graphs run in float32, whose kernels differ between CPUs by
 * about 1e-6 a call; random weights amplify that over three steps and both conditions to less than 1e-3 of the latent's
 * size. Halves round at 1e-3 in every layer.
 */
const TOLERANCE = { float32: 1e-3, float16: 3e-2 };
const GOLDEN = fileURLToPath(new URL('../../models/golden-latents.json', import.meta.url));

function expectGolden(name: LayoutName, latent: Float32Array): void {
  const mean = (values: Float32Array) => values.reduce((a, b) => a + b, 0) / values.length;
  const size = mean(latent.map(Math.abs));
  const got = { first: [...latent.slice(0, 8)], mean: mean(latent), size };
  const golden = existsSync(GOLDEN) ? JSON.parse(readFileSync(GOLDEN, 'utf8')) : {};
  if (process.env.UPDATE_GOLDEN) {
    const rounded = JSON.parse(
      JSON.stringify(got, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(7)) : value)),
    );
    writeFileSync(GOLDEN, `${JSON.stringify({ ...golden, [name]: rounded }, null, 2)}\n`);
    return;
  }
  const tolerance = size * (name === 'sd15-fp16' ? TOLERANCE.float16 : TOLERANCE.float32);
  for (const [i, value] of golden[name].first.entries())
    expect(Math.abs(got.first[i]! - value)).toBeLessThan(tolerance);
  expect(Math.abs(got.mean - golden[name].mean)).toBeLessThan(tolerance);
  expect(Math.abs(got.size - golden[name].size)).toBeLessThan(tolerance);
}

describe('what a folder says of itself', () => {
  const habits = (name: LayoutName) => catalogue.get('diffusion', aRecipe(name).model).manifest.defaults;
  it('decides steps, guidance and sampler', () => {
    expect(habits('sd15-optimum')).toMatchObject({ width: 64, steps: 20, guidance: 7.5, sampler: 'pndm' });
    expect(habits('sd15-legacy')).toMatchObject({ width: 512, height: 512 }); // no configuration tells its size
    expect(habits('sd2-v')).toMatchObject({ sampler: 'ddim' });
    expect(habits('lcm')).toMatchObject({ steps: 4, guidance: 8.5, sampler: 'lcm' });
    expect(habits('sdxl')).toMatchObject({ guidance: 5, sampler: 'euler' });
    expect(habits('sdxl-turbo')).toMatchObject({ steps: 1, guidance: 1, sampler: 'euler_a' });
    expect(habits('sd3')).toMatchObject({ steps: 28, guidance: 7, sampler: 'euler' });
    expect(habits('flux-dev')).toMatchObject({ steps: 28, guidance: 3.5, sampler: 'euler' });
  });
});
