/** The same recipe gives the same bytes: alone, in company, in another process. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCatalogue } from '../../../src/engine/catalogue.ts';
import { type Device, openDevice } from '../../../src/engine/device.ts';
import { createLocalEngine, type Engine } from '../../../src/engine/engine.ts';
import { createGenerator } from '../../../src/engine/random.ts';
import { aContext, anEngine, aRecipe, hashes, log, MODELS_DIR } from './an-engine.ts';

let device: Device;
let engine: Engine;
beforeAll(async () => {
  device = await openDevice({ log }, 'cpu');
  engine = createLocalEngine({ catalogue: await openCatalogue({ MODELS_DIR }), device, log });
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

it.each([1, 2])('among random neighbours: other people, steps, samplers, guidance and sizes (%i)', async (seed) => {
  const random = createGenerator(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.abs(random.randn(1)[0]! * 1000)) % from.length]!;
  const mine = { sampler: pick(KINDS), guidance: pick([1, 2]), width: pick([128, 160]), steps: 4, count: 2 };
  const alone = await make(mine);
  const neighbours = Array.from({ length: 5 }, async (_, i) => {
    const over = {
      ...{
        seed: 100 + i,
        sampler: pick(KINDS),
        steps: pick([1, 3, 6]),
        guidance: pick([1, 3, 7]),
        count: pick([1, 2]),
      },
      ...{ width: pick([128, 160]), height: pick([128, 160]), prompt: pick(['a cat', 'three green pears', '']) },
    };
    const context = { person: `person ${i % 3}`, space: pick(['here', 'there']), light: pick([true, false]) };
    return engine.generate(await aRecipe(over), aContext(context));
  });
  const rows: number[] = [];
  device.listen = (_, { sample }) => sample && rows.push(sample.dims[0]!);
  const [company] = await Promise.all([make(mine), ...neighbours]);
  delete device.listen;
  expect(company).toEqual(alone);
  expect(Math.max(...rows)).toBeGreaterThan(2); // calls were shared
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
