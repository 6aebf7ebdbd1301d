/** A LoRA made for the built-in model: it changes the picture by its weight, and without it every byte is the old one. */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RecipeOf } from '../../../src/core/recipe.ts';
import { Request } from '../../../src/core/request.ts';
import { openCatalogue } from '../../../src/engine/catalogue.ts';
import { openDevice } from '../../../src/engine/device.ts';
import { createLocalEngine, type Engine } from '../../../src/engine/engine.ts';
import { createPlanner, type Planner } from '../../../src/engine/plan.ts';
import { aFolder, aSafetensors, numbers } from '../../unit/engine/adapters/adapter-files.ts';
import { aContext, DEFAULT_MODEL, hashes, log, MODELS_DIR } from './an-engine.ts';

let engine: Engine;
let plan: Planner;
beforeAll(async () => {
  const root = aFolder();
  cpSync(join(MODELS_DIR, DEFAULT_MODEL), join(root, DEFAULT_MODEL), { recursive: true });
  for (const folder of ['loras', 'embeddings']) mkdirSync(join(root, folder));
  const half = (seed: number, ...shape: number[]) => {
    const { data } = numbers(seed, ...shape);
    return { shape, data: data.map((value) => value / 4) };
  };
  const unet = 'lora_unet_up2_attention_query';
  aSafetensors(
    {
      [`${unet}.lora_down.weight`]: half(1, 4, 128),
      [`${unet}.lora_up.weight`]: half(2, 128, 4),
      'lora_unet_up1_conv1.lora_down.weight': half(3, 4, 128, 3, 3),
      'lora_unet_up1_conv1.lora_up.weight': half(4, 64, 4, 1, 1),
      'lora_te_blocks_0_ff1.lora_down.weight': half(5, 4, 160),
      'lora_te_blocks_0_ff1.lora_up.weight': half(6, 640, 4),
    },
    { folder: join(root, 'loras'), name: 'wobble.safetensors' },
  );
  aSafetensors({ emb_params: numbers(7, 2, 160) }, { folder: join(root, 'embeddings'), name: 'blot.safetensors' });
  const catalogue = await openCatalogue({ MODELS_DIR: root });
  expect(catalogue.problems).toEqual([]);
  plan = createPlanner({ catalogue, config: { DEFAULT_MODEL } });
  engine = createLocalEngine({ catalogue, device: await openDevice({ log }, 'cpu', 1), log });
});
afterAll(() => engine?.close());

function recipeOf(prompt: string): RecipeOf<'imagine'> {
  const { recipe } = plan(Request.parse({ kind: 'imagine', prompt, seed: 7, steps: 2 }));
  if (recipe.kind !== 'imagine') throw new TypeError(recipe.kind);
  const { display: _, ...small } = recipe;
  return small;
}
const make = async (prompt: string) => hashes(await engine.generate(recipeOf(prompt), aContext()))[0];

it('changes the picture by its weight; with weight 0, or taken away again, it is the model’s own', async () => {
  const plain = await make('two red apples');
  const strong = await make('two red apples <lora:wobble:1>');
  const weak = await make('two red apples <lora:wobble:0.5>');
  expect(new Set([plain, strong, weak]).size).toBe(3);
  expect(await make('two red apples <lora:wobble:0>')).toBe(plain);
  expect(await make('two red apples')).toBe(plain);
  expect(await make('two red apples <lora:wobble:1>')).toBe(strong);
});

it('a learned word is not the word it is written as', async () => {
  const recipe = recipeOf('two red apples');
  const embeddings = recipeOf('<blot>').embeddings!;
  const draw = async (prompt: string, over = {}) =>
    hashes(await engine.generate({ ...recipe, prompt, ...over }, aContext()))[0];
  const learned = await draw('two red <blot>', { embeddings });
  expect(learned).not.toBe(await draw('two red <blot>'));
  expect(await draw('two red apples', { embeddings })).toBe(await draw('two red apples'));
});
