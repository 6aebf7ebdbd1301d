/** The same numbers as diffusers' schedulers (commit 58eb52c, run on torch 1.13.1), for a network whose answer is x·t/(t+1). */
import { describe, expect, it } from 'vitest';
import { alphasCumprod, noiseLevels, SchedulerConfig, timestepAt } from '../../../src/engine/diffusion/noise-levels.ts';
import { denoiser, inputScale } from '../../../src/engine/diffusion/prediction.ts';
import { samplers } from '../../../src/engine/diffusion/samplers/index.ts';
import { karrasSigmas, spacedTimesteps } from '../../../src/engine/diffusion/schedule.ts';
import { createGenerator } from '../../../src/engine/random.ts';
import { type Latent, scale } from '../../../src/engine/tensor.ts';

const config = (over: object = {}) =>
  SchedulerConfig.parse({
    ...{ beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear', steps_offset: 1 },
    ...{ set_alpha_to_one: false, timestep_spacing: 'leading', ...over },
  });

/** float32 [4, 3, 8, 8], counting up with the batch as the fastest axis. */
const dummySample = Float32Array.from({ length: 768 }, (_, i) => {
  const [b, rest] = [Math.floor(i / 192), i % 192];
  return (rest * 4 + b) / 768;
});

/** `round`: diffusers' DPM++ rounds the timesteps of a Karras schedule. */
async function run(
  name: keyof typeof samplers,
  settings: SchedulerConfig,
  steps: number,
  round = false,
): Promise<Latent> {
  const { sample, sigmas: schedule, start } = samplers[name];
  const levels = noiseLevels(settings);
  const denoise = denoiser(settings.prediction_type, async (x, sigma) => {
    const t = timestepAt(levels, sigma);
    const rounded = round ? Math.round(t) : t;
    return scale((inputScale(sigma) * rounded) / (rounded + 1), x);
  });
  const sigmas = schedule(settings, steps);
  const generator = createGenerator(0);
  const x = scale(start(settings, sigmas[0]!), dummySample);
  const out = await sample(denoise, x, sigmas, { noise: () => generator.randn(x.length) });
  return scale(inputScale(sigmas.at(-1)!), out);
}

const trailing = { timestep_spacing: 'trailing' };
const zeroSnr = { ...trailing, prediction_type: 'v_prediction', rescale_betas_zero_snr: true };
const LOOPS = [
  { is: 'DDIM, leading', name: 'ddim', settings: {}, sum: 192.0829465, last: 0.500216007 },
  { is: 'DDIM, trailing', name: 'ddim', settings: trailing, sum: 190.5419822, last: 0.4962031841 },
  // ᾱ = 2⁻²⁴ stands in for 0 at the first step: √ᾱ = 2.4e-4 of relative difference
  { is: 'DDIM, v, zero SNR', name: 'ddim', settings: zeroSnr, sum: 70.72798389, last: 0.1841876768, digits: 3 },
  { is: 'Euler, leading', name: 'euler', settings: {}, sum: 189.347450303, last: 0.4930922985 },
  { is: 'Euler, trailing', name: 'euler', settings: trailing, sum: 183.6649591642, last: 0.4782942533 },
  {
    is: 'Euler, v, linspace',
    name: 'euler',
    settings: { timestep_spacing: 'linspace', prediction_type: 'v_prediction' },
    sum: 75.8329133807,
    last: 0.1974815428,
  },
  { is: 'Euler ancestral', name: 'euler_a', settings: {}, sum: 261.8939963558, last: 0.493002206 },
  {
    is: 'DPM++ 2M Karras',
    name: 'dpmpp_2m_karras',
    settings: {},
    sum: 205.5887929529,
    last: 0.5353874564,
    round: true,
  },
] as const;

describe.each(LOOPS)('20 steps of $is', ({ name, settings, sum, last, ...rest }) => {
  it('end where diffusers ends', async () => {
    const out = await run(name, config(settings), 20, 'round' in rest);
    const digits = 'digits' in rest ? rest.digits : 4; // diffusers keeps σ in float32: relative 1e-5 over 20 steps
    expect(out.reduce((total, v) => total + Math.abs(v), 0) / sum).toBeCloseTo(1, digits);
    expect(out.at(-1)! / last).toBeCloseTo(1, digits);
  });
});

it('one step of an SD-Turbo schedule ends where diffusers ends', async () => {
  const out = await run('euler_a', config(trailing), 1);
  expect(out.reduce((total, v) => total + Math.abs(v), 0)).toBeCloseTo(18.6660552, 2);
});

const ALPHAS = [
  {
    is: { beta_schedule: 'scaled_linear' },
    sum: 373.37648375,
    alphas: { 0: 0.99914998, 500: 0.2763325, 999: 0.0046600960194 },
  },
  {
    is: { beta_schedule: 'linear', beta_start: 0.0001, beta_end: 0.02 },
    sum: 275.51320118,
    alphas: { 0: 0.99989998, 500: 0.077796660364, 999: 4.035830716e-5 },
  },
  {
    is: { beta_schedule: 'squaredcos_cap_v2' },
    sum: 495.57748397,
    alphas: { 0: 0.99995869398, 500: 0.4922850430011749, 998: 2.428766265438753e-6, 999: 2.4287349909e-9 },
  },
] as const;

it.each(ALPHAS)('ᾱ of $is.beta_schedule is torch’s', ({ is, sum, alphas }) => {
  const found = alphasCumprod(config(is));
  expect(found.reduce((a, b) => a + b)).toBeCloseTo(sum, 3);
  for (const [t, alpha] of Object.entries(alphas)) expect(found[Number(t)]! / alpha).toBeCloseTo(1, 5);
});

it.each([
  ['leading', [951, 901, 851], 1],
  ['trailing', [999, 949, 899], 49],
  ['linspace', [999, Math.fround(946.4210815429688), Math.fround(893.8421020507812)], 0],
] as const)('%s spacing visits the timesteps that diffusers visits', (timestep_spacing, first, last) => {
  const timesteps = spacedTimesteps(config({ timestep_spacing }), 20);
  expect(timesteps.slice(0, 3)).toEqual(first);
  expect(timesteps.at(-1)).toBe(last);
  expect(timesteps).toHaveLength(20);
});

it('finds the timestep of a Karras σ as diffusers does', () => {
  const levels = noiseLevels(config());
  const sigmas = karrasSigmas(20, levels[0]!, levels.at(-1)!);
  expect(sigmas[1]).toBeCloseTo(11.725371360778809, 4);
  expect(timestepAt(levels, sigmas[1]!)).toBeCloseTo(961.7327880859375, 1);
  expect(timestepAt(levels, sigmas[12]!)).toBeCloseTo(197.08058166503906, 1);
});
