/** The converted picture classifier answers as the original: models/recipes/picture-safety/reference.mjs asked that one. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareWithOriginal } from '../../bench/eval/picture-safety.ts';
import { createLogger } from '../../src/core/log.ts';
import { openCatalogue } from '../../src/engine/catalogue.ts';
import { openDevice } from '../../src/engine/device.ts';
import { createLocalEngine, type Engine } from '../../src/engine/engine.ts';

let engine: Engine;
beforeAll(async () => {
  const log = createLogger('silent');
  const catalogue = await openCatalogue({ MODELS_DIR: process.env.MODELS_DIR ?? './models' });
  engine = createLocalEngine({ catalogue, device: await openDevice({ log }, 'cpu', 2), log });
});
afterAll(() => engine.close());

it('says of twenty pictures what the original says, to 1e-4', async () => {
  const { compared } = await compareWithOriginal(engine);
  expect(compared).toHaveLength(20);
  for (const { difference, sameFirst } of compared) {
    expect(difference).toBeLessThan(1e-4);
    expect(sameFirst).toBe(true);
  }
});
