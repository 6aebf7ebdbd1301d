import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { promptsOf, Recipe } from '../../../src/core/recipe.ts';
import { Request } from '../../../src/core/request.ts';
import { createCatalogue, type Installed } from '../../../src/engine/catalogue.ts';
import { parseManifest, refOf } from '../../../src/engine/manifest.ts';
import { createPlanner } from '../../../src/engine/plan.ts';
import { nearest } from '../../../src/engine/planning/nearest.ts';
import { openWordLists } from '../../../src/engine/planning/word-lists.ts';

const folder = mkdtempSync(join(tmpdir(), 'atelier-words-'));
mkdirSync(join(folder, 'words/wildcards/sea'), { recursive: true });
const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
write('words/wildcards/animal.txt', 'cat\n# not a dog\n\nfox\nowl\n');
write('words/wildcards/sea/fish.txt', 'cod\r\n');
const ink = { title: 'Ink drawing', prompt: 'ink drawing of {prompt}, {fine|bold} lines', negative: 'photo' };
write('words/styles.json', JSON.stringify({ ink, flat: { title: 'Flat', prompt: 'flat style' } }));
write('vocabulary.json', JSON.stringify({ subjects: { cat: [], dog: [] }, words: ['red', 'flat'], synonyms: {} }));

const model = (over: object = {}): Installed => {
  const manifest = parseManifest({
    ...{ name: 'm', kind: 'diffusion', title: 'T', version: '1', licence: 'MIT' },
    files: [{ path: 'f', bytes: 1, sha256: 'a'.repeat(64) }],
    defaults: { width: 64, height: 64, steps: 10, guidance: 4, sampler: 'ddim' },
    limits: { minSide: 64, maxSide: 64, multipleOf: 8 },
    ...over,
  });
  return { folder, manifest, ref: refOf(manifest) };
};
const planner = (over: object = {}) =>
  createPlanner({
    catalogue: createCatalogue([model(over)]),
    config: { DEFAULT_MODEL: 'm' },
    wordLists: openWordLists(folder),
  });
const plan = (asked: object, make = planner()) => {
  const made = make(Request.parse({ kind: 'imagine', seed: 7, ...asked }));
  if (made.recipe.kind !== 'imagine') throw new TypeError(made.recipe.kind);
  return { ...made, recipe: made.recipe };
};
const prompts = (asked: object) => {
  const { recipe } = plan(asked);
  return Array.from({ length: recipe.count }, (_, i) => promptsOf(recipe, i).prompt);
};

it('braces make a picture of each, up to four, unless a count was asked for', () => {
  expect(prompts({ prompt: 'a {red,blue} cat' })).toEqual(['a red cat', 'a blue cat']);
  expect(prompts({ prompt: '{a,b,c} {1,2}' })).toEqual(['a 1', 'a 2', 'b 1', 'b 2']);
  expect(plan({ prompt: '{a,b,c} {1,2}' }).notes).toEqual(['The braces stand for 6 prompts; these are the first 4.']);
  expect(prompts({ prompt: '{a,b}', count: 3 })).toEqual(['a', 'b', 'a']);
});

it('draws for every picture by its own seed, and writes it into the recipe', () => {
  const four = prompts({ prompt: 'a __animal__ and a __sea/fish__', count: 4 });
  expect(new Set(four).size).toBeGreaterThan(1);
  for (const [i, prompt] of four.entries()) {
    expect(prompt).toMatch(/^a (cat|fox|owl) and a cod$/);
    expect(prompts({ prompt: 'a __animal__ and a __sea/fish__', seed: 7 + i })).toEqual([prompt]);
  }
  const { recipe } = plan({ prompt: '__animal__', count: 4 });
  expect(Recipe.parse(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
});

it('variations of a picture keep what was drawn for it', () => {
  const [, second] = prompts({ prompt: '__animal__ {x|y|z|w}', count: 2 });
  const variation = { seed: 99, strength: 0.3 };
  expect(new Set(prompts({ prompt: '__animal__ {x|y|z|w}', seed: 8, count: 4, variation }))).toEqual(new Set([second]));
});

it('keeps a recipe of plain words as it was', () => {
  const { recipe } = plan({ prompt: 'a cat', negativePrompt: 'a dog', count: 2 });
  expect(recipe).toMatchObject({ prompt: 'a cat', negativePrompt: 'a dog' });
  expect(recipe).not.toHaveProperty('prompts');
  expect(recipe).not.toHaveProperty('negativePrompts');
});

it('reads compel’s marks where its weighting is asked for', () => {
  expect(plan({ prompt: 'a cat++', weighting: 'compel' }).recipe.prompt).toBe('a (cat:1.21)');
  expect(plan({ prompt: 'a cat++' }).recipe.prompt).toBe('a cat++');
});

it('names lists that are like one that does not exist', () => {
  expect(() => plan({ prompt: 'an __animals__' })).toThrow(
    expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining('__animal__') }),
  );
});

describe('styles', () => {
  it('stand around the prompt and behind the negative one, by name or title', () => {
    for (const style of ['ink', 'Ink Drawing']) {
      const { recipe } = plan({ prompt: 'a cat', style });
      expect(recipe.prompt).toMatch(/^ink drawing of a cat, (fine|bold) lines$/);
      expect(recipe.negativePrompt).toBe('photo');
    }
    const { recipe } = plan({ prompt: 'a cat', negativePrompt: 'red', style: 'ink' });
    expect(recipe.negativePrompt).toBe('red, photo');
    expect(plan({ prompt: 'a cat', style: 'flat' }).recipe.prompt).toBe('a cat, flat style');
  });

  it('stand around every part of a prompt joined by AND', () => {
    expect(plan({ prompt: 'a cat :0.5 AND a dog', style: 'flat' }).recipe.prompt).toBe(
      'a cat, flat style :0.5 AND a dog, flat style',
    );
  });

  it('that do not exist are answered with those that are like them', () => {
    expect(() => plan({ prompt: 'a cat', style: 'inc' })).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        message: 'There is no style called inc. Perhaps one of these: ink.',
      }),
    );
  });

  it('are given to a model of few words as far as it knows them, and it is said when that is nothing', () => {
    const few = planner({ vocabulary: { file: 'vocabulary.json' } });
    expect(plan({ prompt: 'a cat', style: 'flat' }, few)).toMatchObject({
      recipe: { prompt: 'a cat, flat style' },
      notes: [],
    });
    const { recipe, notes } = plan({ prompt: 'a cat', style: 'ink' }, few);
    expect([recipe.prompt, recipe.negativePrompt]).toEqual(['a cat', '']);
    expect(notes).toEqual([expect.stringContaining('style Ink drawing')]);
  });

  it('a file that cannot be read is said to the operator', () => {
    const broken = mkdtempSync(join(tmpdir(), 'atelier-words-'));
    mkdirSync(join(broken, 'words'));
    writeFileSync(join(broken, 'words/styles.json'), '{ "Ink": 1 }');
    expect(() => openWordLists(broken).styles()).toThrow(expect.objectContaining({ code: 'bad_config' }));
    expect(openWordLists('/nowhere').styles()).toEqual([]);
  });
});

it('tells moderation everything that the prompts may come to say', () => {
  const { readings } = plan({ prompt: '{a cat,an [o:owl:0.3]}', negativePrompt: '(re)(d)' });
  expect(readings).toEqual([
    { prompt: 'a cat', negativePrompt: 'red' },
    { prompt: 'an o\nan owl', negativePrompt: 'red' },
  ]);
});

describe('what is shipped', () => {
  const shipped = openWordLists('./models');
  it('can be read, and every style holds the prompt', () => {
    expect(shipped.styles().length).toBeGreaterThan(20);
    for (const { name } of shipped.styles()) expect(shipped.style(name).prompt).toContain('{prompt}');
    for (const name of ['animal', 'colour', 'light']) expect(shipped.list(name).length).toBeGreaterThan(5);
  });
});

it('names are like each other by their letters', () => {
  expect(nearest('water color', ['watercolor', 'ink', 'oil-painting'])).toEqual(['watercolor']);
  expect(nearest('cinematc', ['anime', 'cinematic', 'macro'])[0]).toBe('cinematic');
  expect(nearest('zzz', ['a', 'b'], 1)).toHaveLength(1);
});

describe('what a prompt costs', () => {
  const cost = (asked: object) => plan({ prompt: 'a', ...asked }).cost / plan({ prompt: 'a', guidance: 1 }).cost;
  it.each([
    [{ guidance: 4 }, 2],
    [{ guidance: 0 }, 1],
    [{ guidance: 4, guidanceInterval: [0, 0.75] }, 1.75],
    [{ guidance: 4, prompt: 'a AND b AND c' }, 4],
    [{ guidance: 1, prompt: 'a :0.5 AND b :0.5' }, 2],
    [{ guidance: 4, prompt: '{a,b AND c}' }, 2 * 3],
  ])('%j: %f passes a step', (asked, passes) => expect(cost(asked)).toBeCloseTo(passes, 9));

  it('is bounded', () => {
    expect(() => plan({ prompt: Array(9).fill('a').join(' AND ') })).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: 'AND joins 9 prompts here; the most is 8.' }),
    );
  });
});
