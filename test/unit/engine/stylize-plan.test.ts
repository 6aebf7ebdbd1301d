import { describe, expect, it } from 'vitest';
import { Recipe, type Source } from '../../../src/core/recipe.ts';
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
const brush = (name: string, title: string, over: object = {}) =>
  installed({ name: `brush-${name}`, title, kind: 'style-transfer', multipleOf: 4, ...over });
const MODELS = {
  ink: brush('ink', 'Ink'),
  wind: brush('night-wind', 'Night wind'),
  flat: installed({
    ...{ name: 'flat-shaded', kind: 'translate', multipleOf: 4, tile: { size: 256, overlap: 32 } },
    graphs: { forward: 'a.onnx', backward: 'b.onnx' },
    directions: { forward: { name: 'flat', title: 'Flat' }, backward: { name: 'shaded', title: 'Shaded' } },
  }),
  adain: installed({
    ...{ name: 'any-style', kind: 'adain', graphs: { encoder: 'e', decoder: 'd' } },
    ...{ channels: 8, range: [-1, 1], multipleOf: 4 },
  }),
  features: installed({
    ...{ name: 'features', kind: 'features', layers: { relu4_1: { channels: 8, stride: 8 } } },
    gatys: { file: 'g', content: 'relu4_1', style: ['relu4_1'] },
  }),
  diffusion: installed({
    ...{ name: 'stickers', kind: 'diffusion', limits: { minSide: 128, maxSide: 192, multipleOf: 32 } },
    defaults: { width: 128, height: 128, steps: 30, guidance: 4, sampler: 'ddim' },
  }),
} satisfies Record<string, Installed>;
type Model = keyof typeof MODELS;
const ALL = Object.keys(MODELS) as Model[];

const id = '01890000-0000-7000-8000-000000000000';
const PHOTO: Source = { key: 'photo', sha256: 'b'.repeat(64), width: 640, height: 480, seed: 9 };
const kept = (key: string) => ({ key, sha256: 'c'.repeat(64), width: 200, height: 100 });

function plan(asked: object, { without = [], source = PHOTO }: { without?: Model[]; source?: Source } = {}) {
  const models = ALL.filter((name) => !without.includes(name)).map((name) => MODELS[name]);
  const planner = createPlanner({ catalogue: createCatalogue(models), config: { DEFAULT_MODEL: 'stickers' } });
  const request = Request.parse({ kind: 'stylize', source: { generationId: id, index: 0 }, ...asked } as never);
  return planner(request, (ref) => ('key' in ref ? ref : source));
}
const like = (...weights: number[]) => ({
  styles: weights.map((weight, i) => ({ picture: kept(`style-${i}`), weight })),
});

describe('the router', () => {
  it.each([
    ['a named brush is one pass of its network', { brush: 'ink' }, 'brush brush-ink', 'Ink is a brush: one pass'],
    ['with its prefix too', { brush: 'brush-ink' }, 'brush brush-ink', 'Ink is a brush'],
    ['a translation goes there', { brush: 'flat' }, 'brush flat-shaded', 'Flat is a brush'],
    ['and back', { brush: 'shaded' }, 'brush flat-shaded', 'Shaded is a brush'],
    ['another picture: AdaIN', like(1), 'adain any-style', 'You gave a picture to be like'],
    ['several: AdaIN', like(1, 1), 'adain any-style', 'You gave pictures to be like'],
    ['the best of another picture: Gatys', { ...like(1), quality: 'best' }, 'gatys features', 'You asked for the best'],
    ['words: painted anew by diffusion', { words: 'a castle' }, 'imagine stickers', 'You said it in words'],
    [
      'nothing: the usual brush',
      {},
      'brush brush-night-wind',
      'No manner was named: the brush Night wind it is; there are also ink, flat, shaded.',
    ],
    ['a quick brush stays quick', { brush: 'ink', quality: 'fast' }, 'brush brush-ink', 'Ink is a brush'],
  ])('%s', (_, asked, wanted, why) => {
    const { recipe, notes } = plan(asked);
    expect(`${recipe.kind} ${recipe.model.name}`).toBe(wanted);
    expect(notes[0]).toContain(why);
    expect(Recipe.parse(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  });

  it.each<[string, object, Model[], string, string]>([
    ['without AdaIN another picture is for Gatys', like(1), ['adain'], 'gatys features', 'only the slow way'],
    [
      'without Gatys the best is AdaIN',
      { ...like(1), quality: 'best' },
      ['features'],
      'adain any-style',
      'not installed',
    ],
    ['without the usual brush it is the first', {}, ['wind'], 'brush brush-ink', 'the brush Ink it is'],
  ])('%s', (_, asked, without, wanted, why) => {
    const { recipe, notes } = plan(asked, { without });
    expect(`${recipe.kind} ${recipe.model.name}`).toBe(wanted);
    expect(notes[0]).toContain(why);
  });

  it.each<[string, object, Model[], string, string]>([
    [
      'a brush nearly spelt',
      { brush: 'night-wnid' },
      [],
      'invalid_request',
      'Did you mean night-wind? There are: ink, night-wind, flat, shaded.',
    ],
    [
      'a brush of no such name',
      { brush: 'xyzzyx-quux' },
      [],
      'invalid_request',
      'no brush called xyzzyx-quux. There are: ink',
    ],
    ['a brush and words', { brush: 'ink', words: 'a castle' }, [], 'invalid_request', 'Take one of them'],
    ['a brush and a picture', { brush: 'ink', ...like(1) }, [], 'invalid_request', 'Take one of them'],
    [
      'the best of a brush',
      { brush: 'ink', quality: 'best' },
      [],
      'invalid_request',
      'Give a picture in the style you want',
    ],
    ['the best of nothing', { quality: 'best' }, [], 'invalid_request', 'give one in the style you want'],
    ['styles that count nothing', like(0, 0), [], 'invalid_request', 'the weight 0'],
    ['words without a model for them', { words: 'a castle' }, ['diffusion'], 'model_missing', 'Name a brush'],
    ['no brush at all', {}, ['ink', 'wind', 'flat'], 'model_missing', 'No brush is installed'],
    ['a brush where none is', { brush: 'ink' }, ['ink', 'wind', 'flat'], 'model_missing', 'No brush is installed'],
    ['a picture where nothing can follow it', like(1), ['adain', 'features'], 'model_missing', 'Name a brush'],
  ])('says what to do about %s', (_, asked, without, code, message) => {
    expect(() => plan(asked, { without })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});

describe('a plan', () => {
  it('keeps what was said, and the seed of the picture it is made from', () => {
    const said = { brush: 'flat', strength: 0.4, keepColours: 'luminance', mask: kept('mask') };
    expect(plan(said).recipe).toMatchObject({
      ...{ strength: 0.4, keepColours: 'luminance', seed: 9, direction: 'forward' },
      mask: { key: 'mask' },
      source: { key: 'photo', width: 640, height: 480 },
    });
    expect(plan({ brush: 'flat', seed: 3 }).recipe.seed).toBe(3);
    expect(plan({ brush: 'ink' }).recipe).not.toHaveProperty('direction');
    expect(plan({ brush: 'ink' }).recipe).toMatchObject({ strength: 1, keepColours: 'no' });
  });

  it('shares of several styles add up to 1', () => {
    const { recipe } = plan(like(0.9, 0.3));
    expect(recipe.kind === 'adain' && recipe.styles.map(({ weight }) => weight)).toEqual([0.75, 0.25]);
  });

  it('words are an imagined picture that begins with this one', () => {
    const { recipe, notes, readings } = plan({
      words: 'a castle',
      strength: 0.3,
      mask: kept('mask'),
      keepColours: 'histogram',
    });
    expect(recipe).toMatchObject({
      kind: 'imagine',
      prompt: 'a castle',
      count: 1,
      init: { picture: { key: 'photo' }, strength: 0.3, mask: { key: 'mask' } },
    });
    expect(notes).toContain('What is painted from words does not keep the colours.');
    expect(readings).toEqual([{ prompt: 'a castle', negativePrompt: '' }]);
  });

  it('small pictures stay as they are and are light work', () => {
    const { recipe, light, cost, notes } = plan({ brush: 'ink' });
    expect(recipe).not.toHaveProperty('width');
    expect({ light, cost, notes: notes.length }).toEqual({ light: true, cost: 0.3072, notes: 1 });
  });

  it('a picture that would not fit is made smaller, in its own shape, and the person told', () => {
    const { recipe, light, notes } = plan({ brush: 'ink' }, { source: { ...PHOTO, width: 4000, height: 2000 } });
    expect(recipe).toMatchObject({ width: 2048, height: 1024 });
    expect(light).toBe(false);
    expect(notes[1]).toBe('4000×2000 pixels are more than are painted at once here: the result has 2048×1024.');
  });

  it('a network that paints in tiles takes more', () => {
    const source = { ...PHOTO, width: 2000, height: 2000 };
    expect(plan({ brush: 'flat' }, { source }).recipe).not.toHaveProperty('width');
    expect(plan({ brush: 'ink' }, { source }).recipe).toHaveProperty('width');
  });

  it('a film has room for a quarter of a minute of work, and is not light', () => {
    const source = { ...PHOTO, width: 512, height: 512, frames: 100 };
    const { recipe, light, notes } = plan({ brush: 'ink' }, { source });
    if (recipe.kind !== 'brush') throw new TypeError(recipe.kind);
    expect(recipe.source.frames).toBe(100);
    expect(60 * recipe.width! * recipe.height!).toBeLessThanOrEqual(12 * 2 ** 20);
    expect(light).toBe(false);
    expect(notes[1]).toContain('Of its 100 frames 60 are kept');
  });

  it('knows that one of our own pictures moves', () => {
    const made = { recipe: plan({ brush: 'ink' }, { source: { ...PHOTO, frames: 12 } }).recipe, index: 0 };
    expect(plan({ brush: 'ink' }, { source: { ...PHOTO, made } }).recipe).toMatchObject({ source: { frames: 12 } });
  });

  it('says where only the first frame of a film is taken', () => {
    const source = { ...PHOTO, frames: 12 };
    for (const asked of [{ words: 'a castle' }, { ...like(1), quality: 'best' }])
      expect(plan(asked, { source }).notes.join(' ')).toContain('takes the first frame of a moving picture');
    expect(plan({ ...like(1), quality: 'best' }, { source }).recipe).not.toHaveProperty('source.frames');
  });

  it('refuses what is no larger than an icon’s corner', () => {
    expect(() => plan({ brush: 'ink' }, { source: { ...PHOTO, width: 8 } })).toThrow('at least 16 a side');
  });

  it('the best costs minutes where a brush costs a second', () => {
    const [best, quick] = [plan({ ...like(1), quality: 'best' }), plan({ brush: 'ink' })];
    expect(best.cost / quick.cost).toBeGreaterThan(50);
    expect(best.light).toBeUndefined();
  });
});

describe('enlarging', () => {
  const upscale = (source: Source, factor = 4) =>
    createPlanner({ catalogue: createCatalogue([]), config: { DEFAULT_MODEL: 'x' } })(
      Request.parse({ kind: 'upscale', source: kept('k'), factor } as never),
      () => source,
    );

  it('any picture, one that moves too', () => {
    expect(upscale({ ...PHOTO, frames: 5, width: 64, height: 64 }).recipe).toMatchObject({ source: { frames: 5 } });
  });

  it.each([
    [
      'a side too long',
      { width: 2000, height: 100 },
      '8000×400 pixels; the most is 4096 a side. Two times as large would do.',
    ],
    [
      'too long a film',
      { width: 500, height: 500, frames: 60 },
      'Its 60 frames of 500×500 are too many pixels to enlarge at once: at that size the most is 16 frames.',
    ],
  ])('says what to do about %s', (_, over, message) => {
    expect(() => upscale({ ...PHOTO, ...over })).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining(message) }),
    );
  });

  it('what is quick is light work', () => {
    expect(upscale({ ...PHOTO, width: 128, height: 128 }).light).toBe(true);
    expect(upscale({ ...PHOTO, width: 1000, height: 1000 }).light).toBe(false);
  });
});
