import { expect, it } from 'vitest';
import type { Denoise } from '../../../src/engine/diffusion/sampler.ts';
import { eulerFirst } from '../../../src/engine/diffusion/samplers/first-step.ts';
import { heun } from '../../../src/engine/diffusion/samplers/heun.ts';

/** What a network that learned under a cosine schedule knows: nothing at the top, the picture (1) below. */
const learned: Denoise = async (_, sigma) => Float32Array.of(sigma > 80 ? 0 : 1);
const FAR = [20_000, 12, 6, 3, 1, 0];

it('a first step from far above any picture does not throw the mean of two slopes off', async () => {
  const x = Float32Array.of(20_000);
  const after = async (sampler: typeof heun) => (await sampler(learned, x, FAR.slice(0, 2)))[0]!;
  expect(Math.abs((await after(heun)) - 12)).toBeGreaterThan(500); // (20,000 − 12)/2 · (1 − 0)/12
  const seen: number[] = [];
  await eulerFirst(heun)(
    async (x, sigma) => {
      seen.push(x[0]!);
      return learned(x, sigma);
    },
    x,
    FAR,
  );
  expect(seen[1]).toBeCloseTo(12, 3);
});

it('steps are counted as without it, and nothing changes where σ is low', async () => {
  const steps: string[] = [];
  const onStep = (step: number, total: number) => steps.push(`${step}/${total}`);
  await eulerFirst(heun)(learned, Float32Array.of(20_000), FAR, { onStep });
  expect(steps).toEqual(['1/5', '2/5', '3/5', '4/5', '5/5']);
  const low = [14, 6, 3, 1, 0];
  const [plain, first] = await Promise.all(
    [heun, eulerFirst(heun)].map((sampler) => sampler(learned, Float32Array.of(14), low)),
  );
  expect(first).toEqual(plain);
});
