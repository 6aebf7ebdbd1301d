import { describe, expect, it } from 'vitest';
import { Recipe, type RecipeOf, type Source } from '../../../../src/core/recipe.ts';
import { Request } from '../../../../src/core/request.ts';
import { createCatalogue, type Installed } from '../../../../src/engine/catalogue.ts';
import { parseManifest, refOf } from '../../../../src/engine/manifest.ts';
import { createPlanner } from '../../../../src/engine/plan.ts';
import { anId, aRecipe } from '../../../fixtures.ts';

const installed = (over: object): Installed => {
  const manifest = parseManifest({
    ...{ title: 'T', version: '1', licence: 'MIT', files: [{ path: 'f', bytes: 1, sha256: 'a'.repeat(64) }] },
    ...over,
  });
  return { folder: '/nowhere', manifest, ref: refOf(manifest) };
};
const network = {
  ...{ kind: 'gan', resolution: 128, zWidth: 8, wWidth: 4, layers: 12, noiseWidth: 0, latents: 'l.json' },
  ...{ attributes: ['smile', 'long hair'], truncation: 0.9, display: { upscale: 4 } },
};
const graphs = { mapping: 'm', synthesis: 's', encoder: 'e' };
const gan = installed({ ...network, name: 'faces', graphs, projection: { slope: 'a', maps: 'b' } });
const blind = installed({
  ...network,
  files: [{ path: 'f', bytes: 1, sha256: 'b'.repeat(64) }],
  name: 'blind',
  graphs: { mapping: 'm', synthesis: 's' },
});
const stickers = installed({
  ...{ name: 'stickers', kind: 'diffusion', limits: { minSide: 128, maxSide: 192, multipleOf: 32 } },
  defaults: { width: 128, height: 128, steps: 30, guidance: 4, sampler: 'ddim' },
});
const planner = (...models: Installed[]) =>
  createPlanner({ catalogue: createCatalogue(models), config: { DEFAULT_MODEL: 'stickers' } });
const plan = planner(gan, blind, stickers, installed({ name: 'up', kind: 'upscale', factor: 4 }));

const ours = (index: number) => ({ generationId: anId(1), index });
const upload = { key: 'up', sha256: 'c'.repeat(64), width: 300, height: 200 };
const madeBy =
  (...recipes: Recipe[]) =>
  (ref: object): Source => {
    if (!('generationId' in ref)) return upload;
    const { generationId, index } = ref as { generationId: string; index: number };
    return { ...upload, seed: 7, made: { recipe: recipes[Number(generationId.at(-1)) - 1]!, index } };
  };
const askFace = (over: object = {}, ...recipes: Recipe[]) =>
  plan(Request.parse({ kind: 'face', ...over }), madeBy(...recipes));
const face = (over: object = {}, ...recipes: Recipe[]): RecipeOf<'face'> => {
  const { recipe } = askFace(over, ...recipes);
  if (recipe.kind !== 'face') throw new TypeError(recipe.kind);
  return recipe;
};
const refusal = (ask: () => unknown): string => {
  try {
    ask();
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_request' });
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
};

describe('a face', () => {
  it('has the model’s own truncation, its enlargement, and a seed of its own unless one was said', () => {
    expect(face({ seed: 0 })).toMatchObject({ seed: 0, truncation: 0.9, edits: {}, mixes: [], display: { factor: 4 } });
    expect(new Set(Array.from({ length: 8 }, () => face().seed)).size).toBeGreaterThan(6);
  });

  it('makes a recipe that survives the queue', () => {
    const said = { count: 3, attributes: { 'long-hair': 2 }, mix: [{ seed: 5, layers: 'fine' }], picture: undefined };
    const recipe = face(said);
    expect(Recipe.parse(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
    expect(recipe).toMatchObject({ edits: { 'long hair': 2 }, mixes: [{ seed: 5, layers: [8, 11] }] });
  });

  it('comes with hundreds of others as it is, and is said to', () => {
    const many = askFace({ count: 300 });
    expect(many.recipe).not.toHaveProperty('display');
    expect(many.notes.join()).toContain('128×128');
    expect([askFace().light, askFace({ count: 9 }).light, many.light]).toEqual([true, true, undefined]);
    expect(many.cost).toBeGreaterThan(askFace().cost);
  });

  it('of an unknown model or attribute is refused with what there is', () => {
    expect(refusal(() => face({ model: 'people' }))).toContain('faces, blind');
    expect(refusal(() => face({ attributes: { smil: 1 } }))).toContain('Did you mean smile?');
  });

  it('needs a model for faces', () => {
    expect(() => planner(stickers)(Request.parse({ kind: 'face' }))).toThrow(
      expect.objectContaining({ code: 'model_missing' }),
    );
  });
});

describe('a face of a picture', () => {
  it('that is one of ours is not searched for: it is edited, mixed and seeded from where it lies', () => {
    const before = face({ seed: 40, truncation: 1, attributes: { smile: 2 }, count: 5 });
    const picture = ours(3);
    expect(face({ picture }, before)).toMatchObject({ seed: 43, truncation: 1, edits: { smile: 2 }, count: 1 });
    expect(face({ picture, attributes: { smile: 2 } }, before).edits).toEqual({ smile: 3 });
    expect(face({ picture, attributes: { smile: -2 } }, before).edits).toEqual({});
    expect(face({ picture, seed: 9 }, before)).toMatchObject({ seed: 9, truncation: 1, edits: { smile: 2 } });
    const mix = [{ seed: 5, layers: 'coarse' }];
    const mixed = face({ picture, mix }, before);
    expect(face({ picture: ours(0), mix }, mixed).mixes).toHaveLength(2);
  });

  it('handed in is searched for, in its middle square, and says so', () => {
    const { recipe, notes, light, cost } = askFace({ picture: upload });
    expect(recipe).toMatchObject({ truncation: 1, projection: { picture: upload, steps: expect.any(Number) } });
    expect(notes.join()).toContain('300×200');
    expect([light, cost > 10 * askFace().cost]).toEqual([undefined, true]);
  });

  it('found before is edited where it was found', () => {
    const found = face({ picture: upload });
    const edited = face({ picture: ours(0), attributes: { smile: 1 } }, found);
    expect(edited).toEqual({ ...found, edits: { smile: 1 } });
  });

  it('of a model that was replaced since is searched for again', () => {
    const old = { ...face({ seed: 4 }), model: { ...gan.ref, sha256: 'e'.repeat(64) } };
    expect(face({ picture: ours(0) }, old).projection).toBeDefined();
  });

  it('is one, is large enough, and needs a model that can look', () => {
    expect(refusal(() => face({ picture: upload, count: 2 }))).toContain('count at 1');
    expect(refusal(() => face({ picture: upload, model: 'blind' }))).toContain('cannot look for a picture');
    const tiny = { ...upload, width: 8 };
    expect(refusal(() => plan(Request.parse({ kind: 'face', picture: tiny }), () => tiny))).toContain('8×200');
  });
});

describe('a morph', () => {
  const ask = (stops: object[], recipes: Recipe[], over: object = {}) =>
    plan(Request.parse({ kind: 'morph', stops, ...over }), madeBy(...recipes));
  const at = (generation: number, index = 0) => ({ generationId: anId(generation), index });
  const imagined = (over: object = {}): Recipe => ({ ...aRecipe(over), model: stickers.ref }) as Recipe;

  it('of faces goes from point to point; a seed is otherwise like the one before', () => {
    const made = face({ seed: 40, count: 4, attributes: { smile: 1 }, truncation: 0.5 });
    const { recipe, notes } = ask([at(1, 2), { seed: 9 }, at(1, 0)], [made]);
    expect(recipe).toMatchObject({
      ...{ kind: 'morph', seed: 42, frames: 24, display: { factor: 4, model: { name: 'up' } } },
      stops: [42, 9, 40].map((seed) => ({ seed, truncation: 0.5, edits: { smile: 1 } })),
    });
    expect(notes).toEqual([]);
    expect(Recipe.parse(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  });

  it('of seeds alone is one of plain faces', () => {
    expect(ask([{ seed: 1 }, { seed: 2 }], []).recipe).toMatchObject({
      stops: [1, 2].map((seed) => ({ seed, truncation: 0.9, edits: {} })),
    });
  });

  it('of many frames is shown smaller, and of too many refused with how many there may be', () => {
    const seeds = (n: number) => Array.from({ length: n }, (_, seed) => ({ seed }));
    const long = ask(seeds(9), []);
    expect(long.recipe).toMatchObject({ display: { factor: 2 } });
    expect(long.notes.join()).toContain('256×256');
    expect(refusal(() => ask(seeds(9), [], { frames: 60 }))).toContain('at most 30');
    expect(() => ask(seeds(9), [], { frames: 30 })).not.toThrow();
  });

  it('of two imagined pictures is a walk along their words and seeds', () => {
    const { recipe, cost, readings } = ask([at(1, 1), at(2)], [imagined({ count: 3 }), imagined({ prompt: 'a pear' })]);
    expect(recipe).toMatchObject({
      ...{ kind: 'imagine', prompt: 'two red apples', seed: 8, count: 1 },
      walk: { prompt: 'a pear', seed: 7, frames: 24, delayMs: expect.any(Number) },
    });
    expect(cost).toBeGreaterThan(1);
    expect(readings?.map(({ prompt }) => prompt)).toEqual(['two red apples', 'a pear']);
    expect(Recipe.parse(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  });

  it('takes a seed for a picture of the same words, and the end of a walk for its words', () => {
    const walk = { prompt: 'a pear', negativePrompt: 'x', seed: 90, frames: 5 };
    expect(ask([at(1), { seed: 3 }], [imagined()]).recipe).toMatchObject({
      walk: { prompt: 'two red apples', seed: 3 },
    });
    expect(ask([at(1, 4), at(1, 0)], [imagined({ walk })]).recipe).toMatchObject({
      ...{ prompt: 'a pear', seed: 90 },
      walk: { prompt: 'two red apples', seed: 7, delayMs: expect.any(Number) },
    });
    expect(refusal(() => ask([at(1, 2), at(1, 0)], [imagined({ walk })]))).toContain('first or the last');
  });

  it('says which settings it took where the pictures differ', () => {
    const { recipe, notes } = ask([at(1), at(2)], [imagined(), imagined({ steps: 9 })]);
    expect(recipe).toMatchObject({ steps: 20 });
    expect(notes.join()).toContain('steps');
  });

  const picture = { ...upload };
  it.each([
    ['a face and an imagined picture', [face(), imagined()], 'not from one to the other'],
    ['faces of different models', [face(), face({ model: 'blind' })], 'different models'],
    [
      'pictures of different models',
      [imagined(), { ...aRecipe(), model: { ...stickers.ref, sha256: 'd'.repeat(64) } }],
      'different models',
    ],
    ['pictures of different sizes', [imagined(), imagined({ width: 192 })], 'different sizes'],
    ['a picture that began with another', [imagined(), imagined({ init: { picture, strength: 0.5 } })], 'words alone'],
    ['a variation', [imagined({ variation: { seed: 1, strength: 0.1 } }), imagined()], 'variation'],
    [
      'a picture with a LoRA and one without',
      [imagined({ adapters: [{ model: gan.ref, weight: 1 }] }), imagined()],
      'additions',
    ],
    [
      'an enlarged picture',
      [face(), { v: 1, kind: 'upscale', model: gan.ref, source: picture, factor: 2, seed: 1 }],
      'Picture 2 is an enlarged picture',
    ],
  ] as [string, Recipe[], string][])('of %s is refused with why', (_, recipes, why) => {
    expect(refusal(() => ask([at(1), at(2)], recipes))).toContain(why);
  });

  it('of three imagined pictures is refused', () => {
    expect(refusal(() => ask([at(1), at(2), { seed: 5 }], [imagined(), imagined()]))).toContain('take two');
  });
});
