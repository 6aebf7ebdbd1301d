import { describe, expect, it } from 'vitest';
import type { AppError } from '../../../../src/core/errors.ts';
import type { Source } from '../../../../src/core/recipe.ts';
import { Recipe } from '../../../../src/core/recipe.ts';
import { Request } from '../../../../src/core/request.ts';
import { createCatalogue, type Installed } from '../../../../src/engine/catalogue.ts';
import { parseManifest, refOf } from '../../../../src/engine/manifest.ts';
import { createPlanner } from '../../../../src/engine/plan.ts';

const installed = (over: object): Installed => {
  const manifest = parseManifest({
    ...{ title: 'T', version: '1', licence: 'MIT', files: [{ path: 'f', bytes: 1, sha256: 'a'.repeat(64) }] },
    ...over,
  });
  return { folder: '/nowhere', manifest, ref: refOf(manifest) };
};
const drawing = (name: string) =>
  installed({
    ...{ name, kind: 'diffusion', defaults: { width: 128, height: 128, steps: 30, guidance: 4, sampler: 'ddim' } },
    limits: { minSide: 64, maxSide: 192, multipleOf: 32 },
  });
const control = (name: string, hint: string | string[], over: object = {}) =>
  installed({ name, kind: 'control', for: 'stickers', hint, file: 'controlnet/model.onnx', ...over });

const picture: Source = { key: 'pictures/a', sha256: 'c'.repeat(64), width: 600, height: 300, seed: 3 };
const models = [drawing('stickers'), drawing('photos'), control('lines', 'canny'), control('doodles', ['scribble'])];
const plan = (controls: object[], over: object = {}, all = models) => {
  const planner = createPlanner({ catalogue: createCatalogue(all), config: { DEFAULT_MODEL: 'stickers' } });
  const { key, sha256, width, height } = picture;
  const named = controls.map((control) => ({ picture: { key, sha256, width, height }, hint: 'canny', ...control }));
  return planner(Request.parse({ kind: 'imagine', prompt: 'two cats', controls: named, ...over }), () => picture);
};
const recipeOf = (...asked: Parameters<typeof plan>) => {
  const { recipe } = plan(...asked);
  if (recipe.kind !== 'imagine') throw new TypeError(recipe.kind);
  return recipe;
};
const refusal = (...asked: Parameters<typeof plan>): AppError => {
  try {
    plan(...asked);
  } catch (error) {
    return error as AppError;
  }
  throw new Error('was planned');
};

it('finds the control by the hint, and keeps what was said', () => {
  const said = { weight: 0.5, from: 0.1, to: 0.7, guess: true };
  const recipe = recipeOf([{ hint: 'scribble', ...said }, {}]);
  expect(recipe.controls).toMatchObject([
    { model: models[3]!.ref, hint: 'scribble', ...said },
    { model: models[2]!.ref, hint: 'canny', weight: 1, from: 0, to: 1, guess: false },
  ]);
  expect(recipe.controls![0]!.picture).toEqual({ key: 'pictures/a', sha256: 'c'.repeat(64), width: 600, height: 300 });
  expect(Recipe.parse(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
});

it('leaves a recipe without controls as it was', () => {
  expect('controls' in recipeOf([])).toBe(false);
});

it('gives the result the shape of the picture, unless a size was asked for', () => {
  expect(recipeOf([{}])).toMatchObject({ width: 192, height: 96 });
  expect(recipeOf([{}], { width: 128, height: 160 })).toMatchObject({ width: 128, height: 160 });
});

it('counts what steering costs', () => {
  const size = { width: 128, height: 128 };
  expect(plan([{}], size).cost).toBeCloseTo(1.4 * plan([], size).cost, 9);
  expect(plan([{ to: 0.5 }], size).cost).toBeCloseTo(1.2 * plan([], size).cost, 9);
});

it('takes a finished hint for the only control there is, and for one that is named', () => {
  const only = models.slice(0, 3);
  expect(recipeOf([{ hint: 'none' }], {}, only).controls![0]!.model.name).toBe('lines');
  expect(recipeOf([{ hint: 'none', model: 'doodles' }]).controls![0]!.model.name).toBe('doodles');
});

it('says so when a control was not trained on the hint', () => {
  expect(plan([{ hint: 'softedge', model: 'lines' }]).notes).toEqual([
    'lines was trained on canny hints; a softedge hint may not be followed.',
  ]);
});

describe('says what to do when', () => {
  it.each([
    [
      'the hint is unknown',
      [{ hint: 'cany' }],
      {},
      'invalid_request',
      /no hint called cany.*canny, scribble.*depth, pose/,
    ],
    ['no control reads it', [{ hint: 'lineart' }], {}, 'model_missing', /No control for lineart.*lines \(canny\)/],
    ['it is for another model', [{}], { model: 'photos' }, 'model_missing', /installed for photos.*none/],
    [
      'the named one steers another',
      [{ model: 'lines' }],
      { model: 'photos' },
      'invalid_request',
      /steers stickers, not photos/,
    ],
    [
      'there is none of that name',
      [{ model: 'arrows' }],
      {},
      'invalid_request',
      /no control called arrows.*doodles \(scribble\)/,
    ],
    ['a finished hint could be for several', [{ hint: 'none' }], {}, 'invalid_request', /Say which control/],
    ['its range is empty', [{ from: 0.5, to: 0.5 }], {}, 'invalid_request', /no part in it/],
    ['depth needs a model', [{ hint: 'depth' }], {}, 'model_missing', /No depth model.*kind "depth"/],
    ['pose needs a model', [{ hint: 'pose' }], {}, 'model_missing', /No pose model.*kind "pose"/],
  ] as const)('%s', (_, controls, over, code, message) => {
    expect(refusal([...controls], over)).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

it('reads a manifest in the short form and in the long one', () => {
  const short = control('a', 'canny').manifest;
  expect(short).toMatchObject({ for: ['stickers'], hint: ['canny'], form: 'controlnet', graph: { range: [0, 1] } });
  const names = { graph: { controlnet_cond: 'cond' }, unet: { mid_block_additional_residual: 'mid' } };
  expect(
    control('b', ['canny', 'depth'], { graph: { file: 'g.onnx' }, names, unet: 'unet/model.onnx' }).manifest,
  ).toMatchObject({
    ...{ graph: { file: 'g.onnx' }, unet: 'unet/model.onnx', names },
  });
  expect(() => control('c', 'canny', { names: { sample: 'x' } })).toThrow(/names/);
  expect(() => control('d', 'canny', { unet: '../unet/model.onnx' })).toThrow(/stay in the folder/);
});
