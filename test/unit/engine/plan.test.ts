import { describe, expect, it } from 'vitest';
import { Recipe } from '../../../src/core/recipe.ts';
import { Request } from '../../../src/core/request.ts';
import { createCatalogue, type Installed } from '../../../src/engine/catalogue.ts';
import { parseManifest, refOf } from '../../../src/engine/manifest.ts';
import { createPlanner } from '../../../src/engine/plan.ts';

const installed = (over: object): Installed => {
  const manifest = parseManifest({
    ...{ title: 'T', version: '1', licence: 'MIT', files: [{ path: 'f', bytes: 1, sha256: 'a'.repeat(64) }] },
    ...over,
  });
  return { folder: '/nowhere', manifest, ref: refOf(manifest) };
};
const stickers = installed({
  name: 'stickers',
  kind: 'diffusion',
  defaults: { width: 128, height: 128, steps: 30, guidance: 4, sampler: 'ddim' },
  limits: { minSide: 128, maxSide: 192, multipleOf: 32 },
  display: { upscale: 4 },
});
const upscaler = (factor: number) => installed({ name: `up-${factor}`, kind: 'upscale', factor });
const planner = (...models: Installed[]) =>
  createPlanner({ catalogue: createCatalogue(models), config: { DEFAULT_MODEL: 'stickers' } });
const plan = planner(stickers, upscaler(4));
const imagine = (over: object = {}) => Request.parse({ kind: 'imagine', prompt: 'two cats', ...over });
const recipeOf = (over: object = {}) => {
  const { recipe } = plan(imagine(over));
  if (recipe.kind !== 'imagine') throw new TypeError(recipe.kind);
  return recipe;
};

it('takes the model’s own defaults for whatever was not said', () => {
  expect(recipeOf()).toMatchObject({
    ...{ model: stickers.ref, prompt: 'two cats', negativePrompt: '', count: 1, steps: 30, sampler: 'ddim' },
    ...{ guidance: 4, width: 128, height: 128, display: { factor: 4, model: { name: 'up-4' } } },
  });
});

it('keeps what was said', () => {
  const said = { seed: 5, count: 3, steps: 7, sampler: 'euler', guidance: 1, variation: { seed: 1, strength: 0.2 } };
  expect(recipeOf(said)).toMatchObject(said);
});

it('makes a recipe that survives the queue', () => {
  const recipe = recipeOf({ count: 2 });
  expect(Recipe.parse(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
});

it('takes seed 0 for a seed, and chooses one otherwise', () => {
  expect(recipeOf({ seed: 0 }).seed).toBe(0);
  const chosen = new Set(Array.from({ length: 8 }, () => recipeOf().seed));
  expect(chosen.size).toBeGreaterThan(6);
});

it('counts the cost in pixels × steps × passes × pictures', () => {
  expect(plan(imagine()).cost).toBeCloseTo((128 * 128 * 30 * 2) / 1e6, 12);
  expect(plan(imagine({ count: 4, guidance: 1 })).cost).toBeCloseTo((128 * 128 * 30 * 4) / 1e6, 12);
});

describe('sizes', () => {
  it.each([
    [{ width: 128, height: 128 }, [128, 128]],
    [{ width: 192, height: 160 }, [192, 160]],
    [{ width: 512, height: 512 }, [128, 128]],
    [{ width: 768 }, [192, 192]],
    [{ height: 640 }, [160, 160]],
  ])('understands %j, of the picture as made or as shown', (asked, [width, height]) => {
    expect(recipeOf(asked)).toMatchObject({ width, height });
  });

  it.each([
    [{ width: 2048, height: 2048 }, '768×768'],
    [{ width: 136, height: 128 }, '512×512'],
    [{ width: 520, height: 512 }, '512×512'],
  ])('refuses %j and names the nearest it can make', (asked, nearest) => {
    expect(() => plan(imagine(asked))).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining(nearest) }),
    );
  });
});

describe('models', () => {
  it('refuses one it does not have, and lists those it has', () => {
    expect(() => plan(imagine({ model: 'sdxl' }))).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining('stickers') }),
    );
  });

  it('tells the operator when the default one is not there', () => {
    expect(() => planner()(imagine())).toThrow(
      expect.objectContaining({ code: 'model_missing', message: expect.stringContaining('DEFAULT_MODEL') }),
    );
  });

  it('shows pictures enlarged by plain resampling where no upscaler is installed', () => {
    expect(planner(stickers)(imagine()).recipe).toMatchObject({ display: { model: { name: 'lanczos' }, factor: 4 } });
  });
});

describe('upscaling', () => {
  const source = { key: 'k', sha256: 'b'.repeat(64), width: 512, height: 512, seed: 9 };
  const generationId = '01890000-0000-7000-8000-000000000000';
  const upscale = (factor: number) => Request.parse({ kind: 'upscale', source: { generationId, index: 0 }, factor });

  it('takes the model of that factor and keeps the seed', () => {
    const { recipe, cost, notes } = planner(stickers, upscaler(2), upscaler(4))(upscale(4), () => source);
    expect(recipe).toMatchObject({
      kind: 'upscale',
      factor: 4,
      model: { name: 'up-4' },
      source: { key: 'k' },
      seed: 9,
    });
    expect(cost).toBeCloseTo((2048 * 2048) / 1e6, 12);
    expect(notes).toEqual([]);
  });

  it('takes a stronger one where there is none of that factor', () => {
    expect(plan(upscale(2), () => source).recipe).toMatchObject({ factor: 2, model: { name: 'up-4' } });
  });

  it('says so when it can only resample', () => {
    const { recipe, notes } = planner(stickers)(upscale(2), () => source);
    expect(recipe).toMatchObject({ model: { name: 'lanczos' } });
    expect(notes).toHaveLength(1);
  });

  it('refuses what would be too large', () => {
    expect(() => plan(upscale(4), () => ({ ...source, width: 2048 }))).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining('8192×2048') }),
    );
  });
});
