import { describe, expect, it } from 'vitest';
import { SAMPLERS } from '../../../src/core/request.ts';
import { noiseLevels, SchedulerConfig, sigmaAt, timestepAt } from '../../../src/engine/diffusion/noise-levels.ts';
import type { Denoise } from '../../../src/engine/diffusion/sampler.ts';
import { ddim, ddimWith } from '../../../src/engine/diffusion/samplers/ddim.ts';
import { euler } from '../../../src/engine/diffusion/samplers/euler.ts';
import { ancestral, eulerA } from '../../../src/engine/diffusion/samplers/euler-a.ts';
import { samplers } from '../../../src/engine/diffusion/samplers/index.ts';
import { karrasSigmas, modelKarrasSigmas } from '../../../src/engine/diffusion/schedule.ts';
import { createGenerator } from '../../../src/engine/random.ts';

/** For data ~ N(0, s²) the perfect denoiser is known, and so is the exact path: x ∝ √(s² + σ²). */
const s = 0.5;
const perfect: Denoise = async (x, sigma) => x.map((v) => (v * s * s) / (s * s + sigma * sigma));
const exact = (x: number, sigma: number) => (x * s) / Math.hypot(s, sigma);

async function errorAt(name: (typeof SAMPLERS)[number], steps: number): Promise<number> {
  const [start, sigmaMax] = [3, 14.6];
  const out = await samplers[name].sample(perfect, Float32Array.of(start), karrasSigmas(steps, 0.03, sigmaMax));
  return Math.abs(out[0]! - exact(start, sigmaMax));
}

describe.each(SAMPLERS)('%s', (name) => {
  const { sample } = samplers[name];

  it('leaves its input untouched', async () => {
    const x = Float32Array.of(1, 2);
    await sample(perfect, x, [4, 1, 0], { noise: () => Float32Array.of(1, 1) });
    expect([...x]).toEqual([1, 2]);
  });

  it('reports every step once, in order', async () => {
    const seen: number[] = [];
    await sample(perfect, Float32Array.of(1), karrasSigmas(5, 0.1, 10), { onStep: (i) => seen.push(i) });
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('asks the model once a step', async () => {
    let calls = 0;
    const counted: Denoise = (x, sigma) => {
      calls++;
      return perfect(x, sigma);
    };
    await sample(counted, Float32Array.of(1), karrasSigmas(7, 0.1, 10));
    expect(calls).toBe(7);
  });

  it('stops when told to, before the next model call', async () => {
    const control = new AbortController();
    let calls = 0;
    const counted: Denoise = (x, sigma) => {
      calls++;
      return perfect(x, sigma);
    };
    const onStep = (step: number) => step === 2 && control.abort();
    await expect(
      sample(counted, Float32Array.of(1), karrasSigmas(9, 0.1, 10), { onStep, signal: control.signal }),
    ).rejects.toThrow();
    expect(calls).toBe(2);
  });

  it('ends on the predicted picture when the last σ is 0', async () => {
    const out = await sample(async (x) => x.map(() => 7), Float32Array.of(1, 2), [3, 1, 0]);
    expect([...out]).toEqual([7, 7]);
  });
});

it.each([
  ['euler', 0.9],
  ['ddim', 0.9],
  ['dpmpp_2m_karras', 1.8],
] as const)('%s converges at its order', async (name, order) => {
  expect(Math.log2((await errorAt(name, 20)) / (await errorAt(name, 40)))).toBeGreaterThan(order);
});

it('euler ancestral keeps the variance that its σ names', async () => {
  const n = 10_000;
  const generator = createGenerator(1);
  const x = generator.randn(n).map((v) => v * 14.6);
  const out = await eulerA(perfect, x, karrasSigmas(200, 0.03, 14.6), { noise: () => generator.randn(n) });
  const deviation = Math.sqrt(out.reduce((sum, v) => sum + v * v, 0) / n);
  expect(Math.abs(deviation - s)).toBeLessThan(0.02); // first order: 0.033 at 60 steps, 0.01 at 200; sampling error 0.5/√(2n) = 0.0035
});

it('an ancestral step down and its noise make up the next σ', () => {
  const [down, up] = ancestral(5, 2);
  expect(Math.hypot(down, up)).toBeCloseTo(2, 12);
  expect(ancestral(5, 2, 0)).toEqual([2, 0]);
  expect(ancestral(5, 0)).toEqual([0, 0]);
});

it('DDIM is Euler in σ at η = 0, and ancestral at η = 1', async () => {
  const x = createGenerator(3)
    .randn(64)
    .map((v) => v * 10);
  const sigmas = karrasSigmas(12, 0.1, 10);
  const fresh = () => {
    const generator = createGenerator(4);
    return () => generator.randn(64);
  };
  const close = (a: Float32Array, b: Float32Array) => a.forEach((v, i) => void expect(v).toBeCloseTo(b[i]!, 4));
  close(await ddim(perfect, x, sigmas), await euler(perfect, x, sigmas));
  close(
    await ddimWith(1)(perfect, x, sigmas, { noise: fresh() }),
    await eulerA(perfect, x, sigmas, { noise: fresh() }),
  );
});

const cosine = SchedulerConfig.parse({
  ...{ beta_schedule: 'squaredcos_cap_v2', prediction_type: 'v_prediction', timestep_spacing: 'trailing' },
});

it.each(SAMPLERS)('%s walks strictly down a cosine schedule, from its end to 0', (name) => {
  for (const steps of [1, 2, 3, 20, 150]) {
    const sigmas = samplers[name].sigmas(cosine, steps);
    expect(sigmas).toHaveLength(steps + 1);
    expect(sigmas[0]).toBeCloseTo(noiseLevels(cosine).at(-1)!, 6);
    expect(sigmas.at(-1)).toBe(0);
    sigmas.forEach((sigma, i) => void (i > 0 && expect(sigma).toBeLessThan(sigmas[i - 1]!)));
  }
});

it('spends one Karras step, not most of them, on the endless noise of a cosine schedule', () => {
  expect(modelKarrasSigmas(cosine, 20).filter((sigma) => sigma > 80)).toHaveLength(1);
});

it('σ and timestep are inverse, at trained timesteps exactly', () => {
  const levels = noiseLevels(cosine);
  for (const t of [0, 1, 499, 998, 999]) expect(timestepAt(levels, sigmaAt(levels, t))).toBeCloseTo(t, 9);
});
