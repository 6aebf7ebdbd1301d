/** The whole way with the real engine and the built-in model: killed in mid-run, gone on with, the same bytes. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RecipeOf } from '../../../src/core/recipe.ts';
import { createEngine, type EngineClient } from '../../../src/engine/client.ts';
import { pixelSha256 } from '../../../src/queue/frames.ts';
import { aPlan, aRequest } from '../../unit/queue/memory.ts';
import { aContext, aRecipe, DEFAULT_MODEL, log, MODELS_DIR } from '../engine/an-engine.ts';
import { anOrder, openScene, quick, type Scene } from './scene.ts';

const STEPS = 40;
const config = {
  ...{ MODELS_DIR, DEFAULT_MODEL, ENGINE_DEVICES: 'cpu', ENGINE_THREADS: undefined, ENGINE_HANG_SECONDS: 120 },
};

let scene: Scene;
let engine: EngineClient;
let recipe: RecipeOf<'imagine'>;
beforeAll(async () => {
  [scene, engine] = await Promise.all([openScene('postgres'), createEngine({ config, log, checkpointMs: 20 })]);
  recipe = await aRecipe({ steps: STEPS, sampler: 'euler_a' }); // fresh noise in every step
});
afterAll(async () => {
  await scene?.close();
  await engine?.close();
});

it('a picture whose engine is killed in mid-run is gone on with, and is the one it would have been', async () => {
  const attempts: { resumed: boolean; first?: number }[] = [];
  const queue = await scene.open({
    plan: (request) => ({ ...aPlan(request), recipe }),
    options: { ...quick, worker: { ...quick.worker, checkpointMs: 0, leaseMs: 5_000 } },
  });
  queue.startWorker({
    concurrency: 1,
    generate: (recipe, context) => {
      const attempt: (typeof attempts)[number] = { resumed: context.resume !== undefined };
      attempts.push(attempt);
      const onProgress: typeof context.onProgress = (progress) => {
        attempt.first ??= progress.step;
        context.onProgress(progress);
      };
      return engine.generate(recipe, { ...context, onProgress });
    },
  });
  const keep = vi.spyOn(scene.store.records, 'keep');
  const order = anOrder({ request: aRequest() });
  const { generationId } = (await queue.studio.submit(order, async () => order.address))!;
  await vi.waitFor(() => expect(keep).toHaveBeenCalled(), { timeout: 60_000, interval: 5 });
  process.kill(engine.describe().devices[0]!.pid!, 'SIGKILL');
  const find = () => scene.store.records.find(generationId);
  await vi.waitFor(async () => expect((await find())!.status).toBe('done'), { timeout: 60_000, interval: 50 });

  expect(attempts.map(({ resumed }) => resumed)).toEqual([false, true]);
  expect(attempts[1]!.first).toBeGreaterThan(1);
  const [undisturbed] = (await engine.generate(recipe, aContext())).images;
  expect((await find())!.images[0]!.pixelSha256).toBe(pixelSha256(undisturbed!));
});
