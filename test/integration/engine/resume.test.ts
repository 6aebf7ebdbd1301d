/** A job that another engine goes on with gives the bytes it would have given, and does not begin anew. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RecipeOf, StoredPicture } from '../../../src/core/recipe.ts';
import { openCatalogue } from '../../../src/engine/catalogue.ts';
import { openDevice } from '../../../src/engine/device.ts';
import { createLocalEngine, type Engine } from '../../../src/engine/engine.ts';
import { aContext, aRecipe, hashes, log, MODELS_DIR } from './an-engine.ts';

const SIDE = 128;
const files = new Map<string, Uint8Array>();
const load = async (key: string) => files.get(key) ?? Promise.reject(new Error(`no ${key}`));
const aPicture = async (bright: (x: number, y: number) => number): Promise<StoredPicture> => {
  const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return bright(pixel % SIDE, Math.floor(pixel / SIDE));
  });
  const bytes = await sharp(data, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toBuffer();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  files.set(sha256, bytes);
  return { key: sha256, sha256, width: SIDE, height: SIDE };
};

let engine: Engine;
beforeAll(async () => {
  const catalogue = await openCatalogue({ MODELS_DIR });
  engine = createLocalEngine({ catalogue, device: await openDevice({ log }, 'cpu', 2), log, checkpointMs: 0 });
});
afterAll(() => engine.close());

/** The whole job with all its states, and the step that was told last before each. */
async function run(recipe: RecipeOf<'imagine'>, resume?: Uint8Array) {
  const states: Uint8Array[] = [];
  const steps: number[] = [];
  const context = aContext({
    ...{ load, resume, onCheckpoint: (state) => states.push(state) },
    onProgress: ({ step }) => steps.push(step),
  });
  return { states, steps, pictures: hashes(await engine.generate(recipe, context)) };
}

const WAYS: Record<string, () => Promise<Partial<RecipeOf<'imagine'>>>> = {
  'without any noise of its own': async () => ({ sampler: 'euler', count: 2 }),
  'ancestral, with noise at every step': async () => ({ sampler: 'euler_a', count: 2 }),
  'with a memory of earlier steps, and noise': async () => ({ sampler: 'dpmpp_2m_sde' }),
  'that corrects its last step': async () => ({ sampler: 'unipc' }),
  inpainting: async () => {
    const [picture, mask] = [await aPicture((x, y) => x + y), await aPicture((x) => (x > 60 ? 255 : 0))];
    return { sampler: 'ddim', init: { picture, strength: 0.9, mask } };
  },
  'a variation, in its second pass': async () => ({
    variation: { seed: 3, strength: 0.4 },
    hires: { width: 160, height: 160, steps: 5, strength: 0.8 },
  }),
};

it.each(Object.keys(WAYS))('%s', async (way) => {
  const recipe = await aRecipe({ steps: 5, ...(await WAYS[way]!()) });
  const whole = await run(recipe);
  const late = whole.states[Math.floor(whole.states.length * 0.75)]!;
  const rest = await run(recipe, late);
  expect(rest.pictures).toEqual(whole.pictures);
  expect(rest.steps.length).toBeLessThan(whole.steps.length / 2);
  expect(rest.steps).toEqual(whole.steps.slice(whole.steps.length - rest.steps.length));
  const end = await run(recipe, whole.states.at(-1));
  expect([end.pictures, end.steps]).toEqual([whole.pictures, []]);
});

it('a state of another recipe, or a damaged one, is left aside', async () => {
  const recipe = await aRecipe({ steps: 3 });
  const [whole, other] = [await run(recipe), await run(await aRecipe({ steps: 3, seed: 8 }))];
  const damaged = Uint8Array.from(whole.states[0]!, (byte, i) => (i === 99 ? byte ^ 1 : byte));
  for (const state of [other.states[0]!, damaged, new Uint8Array(5)])
    expect(await run(recipe, state)).toMatchObject({ pictures: whole.pictures, steps: [1, 2, 3] });
});

it('the order of a recipe’s fields does not matter', async () => {
  const recipe = await aRecipe({ steps: 3 });
  const whole = await run(recipe);
  const turned = Object.fromEntries(Object.entries(recipe).reverse()) as typeof recipe;
  expect((await run(turned, whole.states.at(-1))).steps).toEqual([]);
});
