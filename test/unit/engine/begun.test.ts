/** Plans that begin with a picture, have a second pass, or walk. */
import { describe, expect, it } from 'vitest';
import type { Sources } from '../../../src/core/recipe.ts';
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
  defaults: { width: 128, height: 128, steps: 20, guidance: 2, sampler: 'ddim' },
  limits: { minSide: 128, maxSide: 256, multipleOf: 32 },
  display: { upscale: 4 },
});
const large = installed({
  name: 'large',
  kind: 'diffusion',
  defaults: { width: 512, height: 512, steps: 20, guidance: 7, sampler: 'euler' },
  limits: { minSide: 256, maxSide: 1024, multipleOf: 64 },
});
const upscaler = installed({ name: 'up-4', kind: 'upscale', factor: 4 });
const plannerOf = (...models: Installed[]) =>
  createPlanner({ catalogue: createCatalogue(models), config: { DEFAULT_MODEL: 'stickers' } });

const upload = (width: number, height: number, key = 'k') => ({ key, sha256: 'b'.repeat(64), width, height });
const sources: Sources = (ref) => ('key' in ref ? ref : { ...upload(512, 512), seed: 4 });
const plan = (over: object, planner = plannerOf(stickers, large, upscaler)) => {
  const { recipe, ...rest } = planner(Request.parse({ kind: 'imagine', prompt: 'two cats', ...over }), sources);
  if (recipe.kind !== 'imagine') throw new TypeError(recipe.kind);
  return { recipe, ...rest };
};
const refused = (message: string) =>
  expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining(message) });

describe('a picture to begin with', () => {
  it('is kept for the most part unless strength is said, and a mask paints wholly anew', () => {
    const picture = upload(512, 512);
    expect(plan({ init: { picture } }).recipe.init).toEqual({ picture, strength: 0.7 });
    expect(plan({ init: { picture, strength: 0 } }).recipe.init!.strength).toBe(0);
    expect(plan({ init: { picture, mask: upload(512, 512, 'm') } }).recipe.init!.strength).toBe(1);
    expect(plan({ init: { picture, extend: { right: 100 } } }).recipe.init!.strength).toBe(1);
  });

  it('may be one of ours: the recipe names its file, not its seed', () => {
    const picture = { generationId: '01890000-0000-7000-8000-000000000000', index: 0 };
    expect(plan({ init: { picture } }).recipe.init!.picture).toEqual(upload(512, 512));
  });

  it.each([
    ['stickers', [512, 512], [128, 128]],
    ['stickers', [600, 400], [192, 128]],
    ['stickers', [1000, 3000], [128, 256]],
    ['stickers', [17, 20], [128, 160]],
    ['large', [4000, 3000], [576, 448]],
    ['large', [1920, 1080], [704, 384]],
    ['large', [300, 300], [512, 512]],
  ] as const)('on %s of %j is worked on at %j', (model, [width, height], size) => {
    const { recipe } = plan({ model, init: { picture: upload(width, height) } });
    expect([recipe.width, recipe.height]).toEqual(size);
  });

  it('is worked on at the size asked for, and the person hears what is cut off', () => {
    const { recipe, notes } = plan({ width: 128, height: 128, init: { picture: upload(600, 400) } });
    expect([recipe.width, recipe.height]).toEqual([128, 128]);
    expect(notes).toEqual([expect.stringContaining('600×400')]);
    expect(plan({ init: { picture: upload(600, 400) } }).notes).toEqual([]);
  });

  it('with new margins keeps its own scale where the model can', () => {
    const picture = upload(512, 512);
    const wider = plan({ init: { picture, extend: { right: 256 } } }).recipe;
    expect([wider.width, wider.height]).toEqual([192, 128]);
    const around = plan({ init: { picture, extend: { left: 256, top: 256, right: 256, bottom: 256 } } }).recipe;
    expect([around.width, around.height]).toEqual([256, 256]);
    expect(plan({ init: { picture, extend: {} } }).recipe.init!.extend).toBeUndefined();
  });

  it('may have a mask of another shape, which is said', () => {
    const { notes } = plan({ init: { picture: upload(512, 512), mask: upload(600, 400, 'm') } });
    expect(notes).toEqual([expect.stringContaining('mask')]);
  });

  it('that is next to nothing is refused', () => {
    expect(() => plan({ init: { picture: upload(9, 300) } })).toThrow(refused('9×300'));
  });

  it('that so few steps cannot change is said to stay as it is', () => {
    const init = { picture: upload(512, 512), strength: 0.2 };
    expect(plan({ steps: 4, init }).notes).toEqual([expect.stringContaining('none of 4 steps')]);
    expect(plan({ steps: 5, init }).notes).toEqual([]);
    expect(plan({ steps: 4, init: { ...init, strength: 0 } }).notes).toEqual([]);
    expect(plan({ steps: 3, hires: { scale: 2, strength: 0.3 } }).notes).toHaveLength(1);
  });

  it('costs the steps that are walked', () => {
    const init = { picture: upload(512, 512), strength: 0.5 };
    expect(plan({ init }).cost).toBeCloseTo(plan({}).cost / 2, 9);
    expect(plan({ init: { ...init, strength: 0 } }).cost).toBeGreaterThan(0);
  });
});

describe('a second pass', () => {
  it('is so many times as large, in the model’s steps, by the upscaler if there is one', () => {
    const { recipe, cost } = plan({ hires: { scale: 2 } });
    expect(recipe.hires).toEqual({ width: 256, height: 256, steps: 20, strength: 0.5, upscaler: upscaler.ref });
    expect(cost).toBeCloseTo(plan({}).cost * (1 + 4 * 0.5), 9);
    expect(plan({ hires: { scale: 1.3 } }).recipe.hires).toMatchObject({ width: 160, height: 160 });
    expect(plan({ hires: { scale: 2, strength: 0.3 } }, plannerOf(stickers)).recipe.hires).toEqual({
      ...{ width: 256, height: 256, steps: 20, strength: 0.3 },
    });
  });

  it('beyond what the model makes is refused, with what would do', () => {
    expect(() => plan({ hires: { scale: 3 } })).toThrow(refused('at most 2.'));
    expect(() => plan({ width: 256, height: 256, hires: { scale: 2 } })).toThrow(refused('smaller size'));
  });
});

describe('a walk', () => {
  it('goes to other words, another seed or both, in frames that each cost a picture', () => {
    const { recipe, cost } = plan({ seed: 5, walk: { prompt: 'a dog', frames: 6 } });
    expect(recipe.walk).toEqual({ prompt: 'a dog', negativePrompt: '', seed: 5, frames: 6 });
    expect(cost).toBeCloseTo(6 * plan({}).cost, 9);
    expect(plan({ seed: 5, walk: { seed: 9 } }).recipe.walk).toMatchObject({ prompt: 'two cats', seed: 9, frames: 8 });
  });

  it('that goes nowhere or in several directions is refused', () => {
    expect(() => plan({ walk: {} })).toThrow(refused('somewhere to go'));
    expect(() => plan({ walk: { seed: 1 }, count: 2 })).toThrow(refused('count'));
    expect(() => plan({ walk: { seed: 1 }, variation: { seed: 1, strength: 0.5 } })).toThrow(refused('variation'));
  });
});

it('what is said of guidance and of the text encoder stands in the recipe, and nothing else does', () => {
  const said = { guidanceRescale: 0.7, guidanceInterval: [0.1, 0.8], clipSkip: 2, weighting: 'compel' };
  expect(plan(said).recipe).toMatchObject(said);
  for (const name of [...Object.keys(said), 'init', 'hires', 'walk', 'controls'])
    expect(plan({}).recipe).not.toHaveProperty(name);
  expect(() => plan({ guidanceInterval: [0.8, 0.1] })).toThrow(refused('ends before it begins'));
});
