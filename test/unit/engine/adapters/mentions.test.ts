/** What a prompt says of adapters, and what a recipe gets of it. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { planAdditions, takeLoras } from '../../../../src/engine/adapters/mentions.ts';
import { additionsOf } from '../../../../src/engine/adapters/of-recipe.ts';
import { type Catalogue, openCatalogue } from '../../../../src/engine/catalogue.ts';
import { sha256Of } from '../../../../src/engine/verify.ts';
import { aFolder, aSafetensors, numbers } from './adapter-files.ts';

const root = aFolder();
let catalogue: Catalogue;
beforeAll(async () => {
  for (const folder of ['loras', 'embeddings']) mkdirSync(join(root, folder));
  const lora = aSafetensors({ 'unet.a.lora_A.weight': numbers(1, 2, 2), 'unet.a.lora_B.weight': numbers(2, 2, 2) });
  copyFileSync(lora, join(root, 'loras', 'Pixel Art v2.safetensors'));
  copyFileSync(lora, join(root, 'loras', 'inks.safetensors'));
  writeFileSync(join(root, 'loras', 'old.ckpt'), 'PK');
  writeFileSync(join(root, 'loras', 'notes.txt'), 'mine');
  writeFileSync(join(root, 'loras', 'broken.safetensors'), 'nothing');
  copyFileSync(aSafetensors({ emb_params: numbers(3, 2, 8) }), join(root, 'embeddings', 'EasyNegative.safetensors'));
  catalogue = await openCatalogue({ MODELS_DIR: root });
});
const plan = (prompt: string, negative = '') => {
  const { texts, recipe, notes } = planAdditions({ catalogue }, [prompt, negative]);
  return { prompt: texts[0], negativePrompt: texts[1], recipe, notes };
};

describe('files in models/loras and models/embeddings', () => {
  it('are models by the name of the file, known by its hash', async () => {
    const names = catalogue.list().map(({ name, kind }) => `${name}: ${kind}`);
    expect(names.sort()).toEqual([
      'broken: damaged',
      'easynegative: embedding',
      'inks: lora',
      'old: damaged',
      'pixel-art-v2: lora',
    ]);
    expect(catalogue.of('lora').find(({ ref }) => ref.name === 'inks')!.ref.sha256).toBe(
      await sha256Of(join(root, 'loras', 'inks.safetensors')),
    );
  });
  it('that are pickles say why they are not opened', () => {
    expect(catalogue.problems.find(({ name }) => name === 'old')!.error.message).toMatch(/pickle.*safetensors/);
    expect(() => plan('<lora:old:1>')).toThrow(/pickle/);
  });
});

describe('<lora:name:weight>', () => {
  it.each([
    ['a cat <lora:inks:0.8>', 'a cat', [{ name: 'inks', weight: 0.8 }]],
    ['<lora:inks>, a cat', 'a cat', [{ name: 'inks', weight: 1 }]],
    ['a <lora:Pixel Art v2:-0.5> cat', 'a cat', [{ name: 'pixel-art-v2', weight: -0.5 }]],
    ['(a:1.2) [b:c:0.5] <d> <lora:inks:1:0.5>', '(a:1.2) [b:c:0.5] <d>', [{ name: 'inks', weight: 1 }]],
    ['a cat', 'a cat', []],
  ])('%s', (prompt, rest, loras) => {
    expect(takeLoras(prompt)).toEqual({ prompt: rest, loras });
  });
  it('becomes an adapter of the recipe; named twice its weights add up', () => {
    const { prompt, recipe } = plan('a cat <lora:inks:0.5> <lora:inks:0.25> <lora:pixel art v2:1>');
    expect(prompt).toBe('a cat');
    expect(recipe.adapters!.map(({ model, weight }) => [model.name, weight])).toEqual([
      ['inks', 0.75],
      ['pixel-art-v2', 1],
    ]);
    expect(recipe).not.toHaveProperty('embeddings');
  });
  it('of weight 0, or of weights that cancel, gives the recipe without it', () => {
    expect(plan('a cat <lora:inks:0>').recipe).toEqual({});
    expect(plan('a cat <lora:inks:0.5> <lora:inks:-0.5>').recipe).toEqual({});
  });
  it('is refused when there is none of that name, with those that are near', () => {
    expect(() => plan('<lora:pixelart:1>')).toThrow(/no LoRA called pixelart.*Near: pixel-art-v2/);
    expect(() => plan('<lora:inks:much>')).toThrow(/usable weight/);
    expect(() => plan('<lora:inks:400>')).toThrow(/at most 10/);
  });
});

describe('learned words', () => {
  it.each([
    '<EasyNegative>',
    'EasyNegative',
    'embedding:easynegative',
    '<embedding:EasyNegative>',
    '(easynegative:1.2)',
  ])('may be written %s', (word) => {
    const { prompt, negativePrompt, recipe } = plan('a cat', `blurry, ${word}, dark`);
    expect(prompt).toBe('a cat');
    expect(negativePrompt).toBe(`blurry, ${word.startsWith('(') ? '(<easynegative>:1.2)' : '<easynegative>'}, dark`);
    expect(recipe.embeddings!.map(({ model }) => model.name)).toEqual(['easynegative']);
  });
  it('are not found inside other words', () => {
    expect(plan('easynegatives and noteasynegative').recipe).toEqual({});
  });
  it('that nobody installed are refused by name, where the name can be nothing else', () => {
    expect(() => plan('embedding:my-style')).toThrow(/no embedding called my-style.*easynegative/);
    expect(() => plan('<embedding:my-style>')).toThrow(/no embedding called my-style.*easynegative/);
  });
  it('are not every word in brackets: what people type stays as it is, with a note', () => {
    const { prompt, recipe, notes } = plan('<img src=x> <b>apple</b>');
    expect(prompt).toBe('<img src=x> <b>apple</b>');
    expect(recipe).toEqual({});
    expect(notes.join(' ')).toMatch(/<b> is no learned word here.*easynegative/);
  });
});

describe('what a recipe adds', () => {
  it('is found where it lies, under a key that differs with the weights', async () => {
    const recipe = (text: string) => additionsOf(catalogue, plan(text).recipe);
    const one = await recipe('<lora:inks:0.5>');
    expect(one.additions.adapters).toEqual([
      { name: 'inks', file: join(root, 'loras', 'inks.safetensors'), weight: 0.5 },
    ]);
    const keys = [
      one,
      await recipe('<lora:inks:0.6>'),
      await recipe('<lora:pixel art v2:0.5>'),
      await recipe('easynegative'),
    ].map(({ key }) => key);
    expect(new Set(keys).size).toBe(3); // the two LoRAs are the same bytes
    expect((await recipe('a cat <lora:inks:0>')).key).toBe('');
  });
});
