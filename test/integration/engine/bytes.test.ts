/** The same recipe gives the same bytes: alone, in company, in another process. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCatalogue } from '../../../src/engine/catalogue.ts';
import { openDevice } from '../../../src/engine/device.ts';
import { createLocalEngine, type Engine } from '../../../src/engine/engine.ts';
import { aContext, anEngine, aRecipe, hashes, log, MODELS_DIR } from './an-engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await localEngine();
});
afterAll(() => engine.close());

const localEngine = async (threads?: number) =>
  createLocalEngine({
    catalogue: await openCatalogue({ MODELS_DIR }),
    device: await openDevice({ log }, 'cpu', threads),
    log,
  });
const make = async (over: Parameters<typeof aRecipe>[0] = {}, by: Pick<Engine, 'generate'> = engine) =>
  hashes(await by.generate(await aRecipe(over), aContext()));

/** One of each way that samplers use their noise and their memory. */
const KINDS = ['euler', 'euler_a', 'dpmpp_2m_karras', 'ddim', 'dpmpp_2m_sde', 'unipc'] as const;

it.each(KINDS)('%s: three pictures of one recipe are the three made alone', async (sampler) => {
  const together = await make({ sampler, count: 3 });
  const alone = [];
  for (let i = 0; i < 3; i++) alone.push(...(await make({ sampler, seed: 7 + i })));
  expect(together).toEqual(alone);
  expect(new Set(together).size).toBe(3);
});

it('without guidance too, where a picture alone is one row', async () => {
  const together = await make({ guidance: 1, count: 3 });
  expect(together[0]).toBe((await make({ guidance: 1 }))[0]);
});

it('whatever other recipes run at the same time', async () => {
  const quiet = await make({ sampler: 'euler' });
  const [busy] = await Promise.all([
    make({ sampler: 'euler' }),
    make({ sampler: 'dpmpp_2m_karras', steps: 3, guidance: 3, prompt: 'a cat', count: 2 }),
    make({ guidance: 1, seed: 1 }),
  ]);
  expect(busy).toEqual(quiet);
});

it('with one thread and with four, each in itself', async () => {
  for (const threads of [1, 4]) {
    const other = await localEngine(threads);
    const together = await make({ count: 3 }, other);
    expect(together[2]).toBe((await make({ seed: 9 }, other))[0]);
    await other.close();
  }
});

it('in another process', async () => {
  const child = await anEngine();
  try {
    expect(await make({}, child)).toEqual(await make());
    expect(child.describe().fingerprint).toBe(engine.fingerprint);
  } finally {
    await child.close();
  }
});

it('seed, prompt, guidance, steps and negative prompt all change the picture', async () => {
  const pictures = [
    await make(),
    await make({ seed: 0 }),
    await make({ prompt: 'a cat' }),
    await make({ guidance: 7 }),
    await make({ steps: 3 }),
    await make({ negativePrompt: 'blue background' }),
    await make({ variation: { seed: 3, strength: 0.3 } }),
  ];
  expect(new Set(pictures.flat()).size).toBe(pictures.length);
});
