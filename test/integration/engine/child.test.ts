/** The engine's process may die, hang or be told to stop; its parent never does. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import type { Progress } from '../../../src/core/picture.ts';
import { openCatalogue } from '../../../src/engine/catalogue.ts';
import type { EngineClient } from '../../../src/engine/client.ts';
import { openDevice } from '../../../src/engine/device.ts';
import { createLocalEngine } from '../../../src/engine/engine.ts';
import { aContext, anEngine, aRecipe, hashes, isAlive, log, MODELS_DIR } from './an-engine.ts';

let engine: EngineClient;
beforeAll(async () => {
  engine = await anEngine({ ENGINE_HANG_SECONDS: 4, ENGINE_JOBS: 2 });
});
afterAll(() => engine.close());

const state = () => engine.describe().devices[0]!;
const pid = () => state().pid!;
const many = { steps: 150 };

/** A long job, told of when it is at its second step. */
async function running(context: Parameters<typeof aContext>[0] = {}, over: Parameters<typeof aRecipe>[0] = {}) {
  let reached = () => {};
  const atWork = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const onProgress = (progress: Progress) => {
    if (progress.step === 2) reached();
    context.onProgress?.(progress);
  };
  const job = engine.generate(await aRecipe({ ...many, ...over }), aContext({ ...context, onProgress }));
  job.catch(() => {});
  await Promise.race([atWork, job]);
  return { job };
}

it('a killed engine fails its job as lost, starts again, and works', async () => {
  const before = hashes(await engine.generate(await aRecipe(), aContext()));
  const [{ job }, { job: other }] = [await running(), await running()];
  const waiting = engine.generate(await aRecipe(), aContext());
  process.kill(pid(), 'SIGKILL');
  await expect(job).rejects.toMatchObject({ code: 'engine_lost' });
  await expect(other).rejects.toMatchObject({ code: 'engine_lost' });
  expect(hashes(await waiting)).toEqual(before); // it only waited for a place, so it is not lost
  expect(state().restarts).toBe(1);
});

it('an engine that dies idle is there again for the next job', async () => {
  const first = pid();
  process.kill(first, 'SIGKILL');
  await vi.waitUntil(() => pid() !== first);
  expect((await engine.generate(await aRecipe(), aContext())).images).toHaveLength(1);
});

it('a hanging engine is killed, who was in its call is to blame, who was beside it is not, and the next one works', async () => {
  const hung = pid();
  const { job } = await running();
  const { job: beside } = await running({}, { width: 160, height: 160 }); // pictures of two sizes share no call
  process.kill(hung, 'SIGSTOP');
  const ends = await Promise.all(
    [job, beside].map((one) =>
      one.then(
        () => ({}),
        ({ code, detail }) => ({ code, blamed: detail.blamed }),
      ),
    ),
  );
  expect(ends).toContainEqual({ code: 'engine_hung', blamed: true });
  expect(ends).toContainEqual({ code: 'engine_lost', blamed: false });
  await vi.waitUntil(() => !isAlive(hung));
  expect((await engine.generate(await aRecipe(), aContext())).images).toHaveLength(1);
}, 60_000);

it('a killed job goes on in the next process where it was left, to the same bytes', async () => {
  const recipe = await aRecipe({ steps: 30, sampler: 'euler_a' });
  let state: Uint8Array | undefined;
  let states = 0;
  const job = engine.generate(
    recipe,
    aContext({
      onCheckpoint: (newest) => {
        state = newest;
        if (++states === 2) process.kill(pid(), 'SIGKILL');
      },
    }),
  );
  await expect(job).rejects.toMatchObject({ code: 'engine_lost' });
  const steps: number[] = [];
  const resumed = await engine.generate(
    recipe,
    aContext({ resume: state, onProgress: ({ step }) => steps.push(step) }),
  );
  expect(steps[0]).toBeGreaterThan(states);
  expect(hashes(resumed)).toEqual(hashes(await engine.generate(recipe, aContext())));
}, 60_000);

it('has jobs side by side, light ones beyond its places, and shows which models it holds', async () => {
  const control = new AbortController();
  const heavy = [await running({ signal: control.signal }), await running({ signal: control.signal, person: 'other' })];
  expect(engine.describe()).toMatchObject({ lanes: 2, models: expect.arrayContaining(['sticker-diffusion']) });
  expect(state().running).toBe(2);
  expect((await engine.generate(await aRecipe(), aContext({ light: true }))).images).toHaveLength(1);
  expect(state().running).toBe(2);
  control.abort();
  for (const { job } of heavy) await expect(job).rejects.toMatchObject({ code: 'cancelled' });
});

describe('cancelling', () => {
  it('ends a running job within a step, and the engine goes on with the next', async () => {
    const control = new AbortController();
    const steps: number[] = [];
    const onProgress = ({ step }: Progress) => {
      steps.push(step);
      if (step === 3) control.abort(new AppError('cancelled', 'Cancelled.'));
    };
    const { restarts } = state();
    const { job } = await running({ signal: control.signal, onProgress });
    await expect(job).rejects.toMatchObject({ code: 'cancelled' });
    expect(Math.max(...steps)).toBeLessThanOrEqual(5); // the message may cross one step on its way, and one report
    expect((await engine.generate(await aRecipe(), aContext())).images).toHaveLength(1);
    expect(state().restarts).toBe(restarts);
  });

  it('takes a waiting job out of the line at once', async () => {
    const ahead = new AbortController();
    const jobs = [await running({ signal: ahead.signal }), await running({ signal: ahead.signal })];
    const control = new AbortController();
    const waiting = engine.generate(await aRecipe(), aContext({ signal: control.signal }));
    control.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    ahead.abort();
    for (const { job } of jobs) await expect(job).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('does not start what was cancelled before', async () => {
    const job = engine.generate(await aRecipe(many), aContext({ signal: AbortSignal.abort() }));
    await expect(job).rejects.toMatchObject({ code: 'cancelled' });
  });
});

it('judges a picture between the steps of a running job, and fails it as lost when the engine dies', async () => {
  const { job } = await running();
  let ended = false;
  job
    .catch(() => {})
    .finally(() => {
      ended = true;
    });
  const picture = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).fill(200) };
  const scores = await engine.classify!(picture);
  expect(Object.values(scores).reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 3);
  expect(ended).toBe(false);
  const judged = engine.classify!(picture);
  process.kill(pid(), 'SIGKILL');
  await expect(judged).rejects.toMatchObject({ code: 'engine_lost' });
  await expect(job).rejects.toMatchObject({ code: 'engine_lost' });
});

it('judges a large picture as an engine in this process does', async () => {
  const picture = { width: 600, height: 400, data: Uint8Array.from({ length: 720_000 }, (_, i) => (i * i) % 251) };
  const catalogue = await openCatalogue({ MODELS_DIR });
  const local = createLocalEngine({ catalogue, device: await openDevice({ log }, 'cpu'), log });
  const [there, here] = [await engine.classify!(picture), await local.classify!(picture)];
  await local.close();
  expect(there).toEqual(here);
});

it('shows a preview, smaller than or as large as the picture, before the end', async () => {
  const control = new AbortController();
  const previews: Progress[] = [];
  const onProgress = (progress: Progress) => {
    if (progress.preview) previews.push(progress);
    if (progress.preview) control.abort();
  };
  const recipe = await aRecipe(many);
  await expect(engine.generate(recipe, aContext({ signal: control.signal, onProgress }))).rejects.toThrow();
  const [{ preview, step }] = previews as [Progress];
  expect(preview!.data).toHaveLength(preview!.width * preview!.height * 3);
  expect(preview!.width).toBeLessThanOrEqual(recipe.width);
  expect(step).toBeLessThan(150);
});

it('reports every step once, in order', async () => {
  const steps: number[] = [];
  await engine.generate(
    await aRecipe({ steps: 6, count: 2 }),
    aContext({ onProgress: ({ step }) => steps.push(step) }),
  );
  expect(steps).toEqual([1, 2, 3, 4, 5, 6]);
});

it('says how much memory it takes', async () => {
  await engine.generate(await aRecipe(), aContext());
  await vi.waitUntil(async () => (await engine.memory()) > 50e6, { timeout: 5000 });
});

it('closing ends the process and fails what was running as lost', async () => {
  const closing = await anEngine();
  const child = closing.describe().devices[0]!.pid!;
  const job = closing.generate(await aRecipe(many), aContext());
  await Promise.all([closing.close(), expect(job).rejects.toMatchObject({ code: 'engine_lost' })]);
  expect(isAlive(child)).toBe(false);
  await expect(closing.generate(await aRecipe(), aContext())).rejects.toMatchObject({ code: 'engine_lost' });
});

it('does not outlive a parent that was killed', async () => {
  const script = fileURLToPath(new URL('./short-lived-parent.ts', import.meta.url));
  const parent = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const child = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
  expect(isAlive(child)).toBe(true);
  parent.kill('SIGKILL');
  for (let i = 0; i < 50 && isAlive(child); i++) await sleep(100);
  expect(isAlive(child)).toBe(false);
});
