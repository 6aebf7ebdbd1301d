import { describe, expect, it } from 'vitest';
import { SOLVERS, type Solver } from '../../../src/core/sampler.ts';
import type { Denoise, Sampler } from '../../../src/engine/diffusion/sampler.ts';
import { consistencyWith } from '../../../src/engine/diffusion/samplers/consistency.ts';
import { ddim, ddimWith } from '../../../src/engine/diffusion/samplers/ddim.ts';
import { ddpm } from '../../../src/engine/diffusion/samplers/ddpm.ts';
import { deis } from '../../../src/engine/diffusion/samplers/deis.ts';
import type { DpmAlgorithm, SolverType } from '../../../src/engine/diffusion/samplers/dpm.ts';
import { dpmMultistep } from '../../../src/engine/diffusion/samplers/dpm-multistep.ts';
import { dpmSinglestep } from '../../../src/engine/diffusion/samplers/dpm-singlestep.ts';
import { dpmppSde } from '../../../src/engine/diffusion/samplers/dpmpp-sde.ts';
import { euler } from '../../../src/engine/diffusion/samplers/euler.ts';
import { ancestral, eulerA } from '../../../src/engine/diffusion/samplers/euler-a.ts';
import { heun } from '../../../src/engine/diffusion/samplers/heun.ts';
import { ipndm } from '../../../src/engine/diffusion/samplers/ipndm.ts';
import { kdpm2, kdpm2A } from '../../../src/engine/diffusion/samplers/kdpm2.ts';
import { lms } from '../../../src/engine/diffusion/samplers/lms.ts';
import { pndm } from '../../../src/engine/diffusion/samplers/pndm.ts';
import { saSolver } from '../../../src/engine/diffusion/samplers/sa-solver.ts';
import { tcd } from '../../../src/engine/diffusion/samplers/tcd.ts';
import { unipc } from '../../../src/engine/diffusion/samplers/unipc.ts';
import { karrasRule } from '../../../src/engine/diffusion/sigma-rules.ts';
import { createGenerator } from '../../../src/engine/random.ts';

/** For data ~ N(0, s²) the perfect denoiser is known, and so is the exact path: x ∝ √(s² + σ²). */
const s = 0.5;
const perfect: Denoise = async (x, sigma) => x.map((v) => (v * s * s) / (s * s + sigma * sigma));
const exact = (x: number, from: number, to: number) => (x * Math.hypot(s, to)) / Math.hypot(s, from);

const multistep = (order: number, algorithm: DpmAlgorithm, solver: SolverType = 'midpoint') =>
  dpmMultistep({ order, algorithm, solver, lowerOrderFinal: false, eulerAtFinal: false });
const singlestep = (order: number, algorithm: DpmAlgorithm, solver: SolverType = 'midpoint') =>
  dpmSinglestep({ order, algorithm, solver, lowerOrderFinal: false });
const uni = (order: number, solver: 'bh1' | 'bh2', predictsX0 = true) =>
  unipc({ order, solver, predictsX0, lowerOrderFinal: false, uncorrected: [] });
const adams = (predictorOrder: number, correctorOrder: number, tau: number, predictsX0 = true) =>
  saSolver({ predictorOrder, correctorOrder, predictsX0, lowerOrderFinal: false, tau: () => tau });

const SAMPLERS = {
  euler,
  euler_a: eulerA,
  heun,
  lms,
  dpm2: kdpm2,
  dpm2_a: kdpm2A,
  dpmpp_2m: multistep(2, 'dpmsolver++'),
  dpmpp_3m: multistep(3, 'dpmsolver++'),
  dpmpp_2m_sde: multistep(2, 'sde-dpmsolver++'),
  dpmpp_3m_sde: multistep(3, 'sde-dpmsolver++'),
  dpm_2m: multistep(2, 'dpmsolver'),
  dpmpp_2s: singlestep(2, 'dpmsolver++'),
  dpmpp_sde: dpmppSde,
  unipc: uni(2, 'bh2'),
  unipc_bh1: uni(2, 'bh1'),
  deis: deis({ order: 2, lowerOrderFinal: false }),
  sa_solver: adams(2, 2, 1),
  ddpm,
  ddim,
  pndm,
  ipndm,
  lcm: consistencyWith({ least: 0 }),
  tcd,
} satisfies Record<Solver, Sampler>;
const NAMES = Object.keys(SOLVERS) as Solver[];

/** Model calls of n steps that end at σ > 0, and at 0. */
const CALLS: Partial<Record<Solver, (steps: number, toZero: boolean) => number>> = {
  ...{ heun: twice, dpm2: twice, dpm2_a: twice, dpmpp_sde: twice },
  pndm: (steps) => steps + 1,
};
function twice(steps: number, toZero: boolean): number {
  return toZero ? 2 * steps - 1 : 2 * steps;
}

const falling = (steps: number, min = 0.1, max = 10) => [...karrasRule(steps, min, max), 0];
/** bh1 and the noise form have no σ = 0. */
const endOf = (name: Solver) => (name === 'unipc_bh1' || name === 'dpm_2m' ? 0.05 : 0);
const sigmasFor = (name: Solver, steps: number) => [...karrasRule(steps, 0.1, 10), endOf(name)];
const counted =
  (calls: { n: number }): Denoise =>
  (x, sigma) => {
    calls.n++;
    return perfect(x, sigma);
  };

describe.each(NAMES)('%s', (name) => {
  const sample = SAMPLERS[name];
  const noise = () => Float32Array.of(1);

  it('leaves its input untouched', async () => {
    const x = Float32Array.of(1, 2);
    await sample(perfect, x, sigmasFor(name, 3), { noise: () => Float32Array.of(1, 1) });
    expect([...x]).toEqual([1, 2]);
  });

  it('reports every step once, in order', async () => {
    const seen: number[] = [];
    await sample(perfect, Float32Array.of(1), sigmasFor(name, 5), { noise, onStep: (i) => seen.push(i) });
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('asks the model as often as its paper says', async () => {
    const calls = { n: 0 };
    await sample(counted(calls), Float32Array.of(1), sigmasFor(name, 7), { noise });
    expect(calls.n).toBe((CALLS[name] ?? ((steps: number) => steps))(7, endOf(name) === 0));
  });

  it('stops when told to, before the next model call', async () => {
    const control = new AbortController();
    const calls = { n: 0 };
    let at = 0;
    const onStep = (step: number) => {
      if (step !== 2) return;
      at = calls.n;
      control.abort();
    };
    await expect(
      sample(counted(calls), Float32Array.of(1), sigmasFor(name, 9), { noise, onStep, signal: control.signal }),
    ).rejects.toThrow();
    expect(calls.n).toBe(at);
  });

  it('goes on from what `between` makes of x, up to the very end', async () => {
    const visited: number[] = [];
    const sigmas = sigmasFor(name, 6);
    const between = (x: Float32Array, sigma: number) => {
      visited.push(sigma);
      return x.map(() => sigma + 3);
    };
    const out = await sample(perfect, Float32Array.of(1), sigmas, { noise, between });
    expect(out[0]).toBeCloseTo(sigmas.at(-1)! + 3, 6);
    expect(visited.at(-1)).toBe(sigmas.at(-1));
  });

  it('begins in the middle as if the steps before were not there', async () => {
    const asked: number[] = [];
    const watching: Denoise = (x, sigma) => {
      asked.push(sigma);
      return perfect(x, sigma);
    };
    const sigmas = sigmasFor(name, 8);
    const out = await sample(watching, Float32Array.of(1), sigmas, { noise, begin: 5 });
    expect(asked[0]).toBe(sigmas[5]);
    expect(Number.isFinite(out[0])).toBe(true);
  });
});

const TO_ZERO = NAMES.filter((name) => endOf(name) === 0 && name !== 'pndm' && name !== 'ipndm' && name !== 'lms');
it.each(TO_ZERO)('%s ends on the predicted picture when the last σ is 0', async (name) => {
  const out = await SAMPLERS[name](async (x) => x.map(() => 7), Float32Array.of(1, 2), [3, 1, 0], {
    noise: () => Float32Array.of(1, -1),
  });
  for (const v of out) expect(v).toBeCloseTo(7, 5);
});

/** Along log σ from 10 to 0.1, without the last step to 0, which is first order in all. */
async function errorAt(sample: Sampler, steps: number): Promise<number> {
  const [max, min, start] = [10, 0.1, 3];
  const sigmas = Array.from({ length: steps + 1 }, (_, i) => max * (min / max) ** (i / steps));
  // float64 inside would be nicer; 10⁴ copies of float32 starts around 3 average its rounding away
  const n = 64;
  const x = Float32Array.from({ length: n }, (_, i) => start * (1 + i / n));
  const out = await sample(perfect, x, sigmas);
  return out.reduce((sum, v, i) => sum + v / exact(x[i]!, max, min) - 1, 0) / n;
}

it.each([
  ['euler', euler, 1],
  ['ddim', ddim, 1],
  ['tcd without noise', tcd, 1],
  ['heun', heun, 2],
  ['dpm2', kdpm2, 2],
  ['lms', lms, 3.5], // starts at first order, which still shows
  ['pndm', pndm, 2], // its weights are for even steps in σ
  ['deis 2', deis({ order: 2, lowerOrderFinal: false }), 2],
  ['deis 3', deis({ order: 3, lowerOrderFinal: false }), 3],
  ['dpmpp 1', multistep(1, 'dpmsolver++'), 1],
  ['dpmpp 2m', multistep(2, 'dpmsolver++'), 2],
  ['dpmpp 2m heun', multistep(2, 'dpmsolver++', 'heun'), 2],
  ['dpm 2m', multistep(2, 'dpmsolver'), 2],
  ['dpmpp 3m', multistep(3, 'dpmsolver++'), 2], // as published: half of the curvature that third order needs
  ['dpm 3m', multistep(3, 'dpmsolver'), 2],
  ['dpmpp 2s', singlestep(2, 'dpmsolver++'), 2],
  ['dpmpp 2s heun', singlestep(2, 'dpmsolver++', 'heun'), 2],
  ['dpm 3s heun', singlestep(3, 'dpmsolver', 'heun'), 3],
  ['dpmpp 3s heun', singlestep(3, 'dpmsolver++', 'heun'), 3],
  ['unipc 2', uni(2, 'bh2'), 3],
  ['unipc 2 bh1', uni(2, 'bh1'), 3],
  ['unipc 2 noise', uni(2, 'bh2', false), 3],
  ['unipc 3', uni(3, 'bh2'), 3.9],
  ['sa-solver without noise, 2', adams(2, 2, 0), 2],
  ['sa-solver without noise, 3', adams(3, 3, 0), 3],
  ['sa-solver without noise, noise form', adams(2, 2, 0, false), 2],
] as const)('%s converges at its order', async (_name, sample, order) => {
  const [coarse, fine] = [await errorAt(sample, 24), await errorAt(sample, 48)];
  expect(Math.log2(Math.abs(coarse / fine))).toBeGreaterThan(order - 0.25);
});

it.each([
  ['euler_a', eulerA],
  ['dpm2_a', kdpm2A],
  ['ddim, η = 1', ddimWith(1)],
  ['ddpm', ddpm],
  ['dpmpp_2m_sde', multistep(2, 'sde-dpmsolver++')],
  ['dpmpp_3m_sde', multistep(3, 'sde-dpmsolver++')],
  ['sde-dpmsolver, 2m', multistep(2, 'sde-dpmsolver')],
  ['dpmpp_sde', dpmppSde],
  ['sa_solver', adams(2, 2, 1)],
  ['sa_solver, noise form', adams(2, 2, 1, false)],
] as const)('%s keeps the variance that its σ names', async (_name, sample) => {
  const n = 4096;
  const generator = createGenerator(1);
  const sigmas = [...karrasRule(100, 0.03, 14.6), 0.02];
  const x = generator.randn(n).map((v) => v * Math.hypot(14.6, s));
  const out = await sample(perfect, x, sigmas, { noise: () => generator.randn(n) });
  const deviation = Math.sqrt(out.reduce((sum, v) => sum + v * v, 0) / n);
  expect(Math.abs(deviation - Math.hypot(s, 0.02))).toBeLessThan(0.035); // first order at 100 steps: 0.02; sampling error 0.5/√(2n) = 0.006
});

it('consistency sampling gives the picture and noise of the next σ', async () => {
  const n = 10_000;
  const generator = createGenerator(2);
  const seen: number[] = [];
  const between = (x: Float32Array, sigma: number) => {
    seen.push(sigma, Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / n));
    return x;
  };
  await consistencyWith({ least: 0 })(async (x) => x.map(() => 0), new Float32Array(n), [8, 4, 0], {
    between,
    noise: () => generator.randn(n),
  });
  expect(seen[1]! / 4).toBeCloseTo(1, 1);
  expect(seen[3]).toBe(0);
});

it('an ancestral step down and its noise make up the next σ', () => {
  const [down, up] = ancestral(5, 2);
  expect(Math.hypot(down, up)).toBeCloseTo(2, 12);
  expect(ancestral(5, 2, 0)).toEqual([2, 0]);
  expect(ancestral(5, 0)).toEqual([0, 0]);
});

it('DDIM is Euler in σ at η = 0, and DDPM at η = 1', async () => {
  const x = createGenerator(3)
    .randn(64)
    .map((v) => v * 10);
  const sigmas = falling(12);
  const fresh = () => {
    const generator = createGenerator(4);
    return () => generator.randn(64);
  };
  const close = (a: Float32Array, b: Float32Array) => a.forEach((v, i) => void expect(v).toBeCloseTo(b[i]!, 4));
  close(await ddim(perfect, x, sigmas), await euler(perfect, x, sigmas));
  const noisy = await ddimWith(1)(perfect, x, sigmas, { noise: fresh() });
  close(noisy, await eulerA(perfect, x, sigmas, { noise: fresh() }));
  close(noisy, await ddpm(perfect, x, sigmas, { noise: fresh() }));
});

it('DDIM upward and down again ends where it began', async () => {
  const x = createGenerator(5).randn(16);
  const up = [0.001, ...karrasRule(200, 0.01, 10).reverse()];
  const there = await ddim(perfect, x, up);
  const back = await ddim(perfect, there, [...up].reverse());
  back.forEach((v, i) => void expect(v / x[i]!).toBeCloseTo(1, 1));
});
