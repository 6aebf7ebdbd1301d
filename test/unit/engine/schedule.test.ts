import { describe, expect, it } from 'vitest';
import { SAMPLERS, type SamplerName } from '../../../src/core/sampler.ts';
import { betaQuantile } from '../../../src/engine/diffusion/beta-quantile.ts';
import { noiseLevels, SchedulerConfig, sigmaAt, timestepAt } from '../../../src/engine/diffusion/noise-levels.ts';
import { clipTo, threshold } from '../../../src/engine/diffusion/prediction.ts';
import { openSchedule, shareAt } from '../../../src/engine/diffusion/schedule.ts';
import { samplerOf } from '../../../src/engine/diffusion/settings.ts';
import { SIGMA_RULES, sigmaRules } from '../../../src/engine/diffusion/sigma-rules.ts';
import { fractionalTimesteps, solverTimesteps, wholeTimesteps } from '../../../src/engine/diffusion/timesteps.ts';
import { createGenerator } from '../../../src/engine/random.ts';

const SD = { beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012, steps_offset: 1 };
const MODELS = {
  'Stable Diffusion 1.5': { _class_name: 'PNDMScheduler', ...SD, skip_prk_steps: true, set_alpha_to_one: false },
  'our own': {
    ...{ _class_name: 'DDIMScheduler', beta_schedule: 'squaredcos_cap_v2', prediction_type: 'v_prediction' },
    ...{ timestep_spacing: 'trailing', clip_sample: false },
  },
  'zero SNR': {
    ...{ _class_name: 'DDIMScheduler', ...SD, prediction_type: 'v_prediction', rescale_betas_zero_snr: true },
    ...{ timestep_spacing: 'trailing', clip_sample: false },
  },
  turbo: { _class_name: 'EulerAncestralDiscreteScheduler', ...SD, timestep_spacing: 'trailing' },
  elucidated: { _class_name: 'EDMEulerScheduler' },
  'Stable Diffusion 3': { _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3 },
  FLUX: { _class_name: 'FlowMatchEulerDiscreteScheduler', use_dynamic_shifting: true, shift: 3 },
  Sana: {
    _class_name: 'DPMSolverMultistepScheduler',
    prediction_type: 'flow_prediction',
    use_flow_sigmas: true,
    flow_shift: 3,
  },
};
const parse = (over: object) => SchedulerConfig.parse(over);
const models = Object.entries(MODELS);

/** The picture that the perfect network of this kind sees, whatever the noise. */
const PICTURE = 0.3;
/** What that network answers for x, in each model's own terms. */
function perfectAnswer(config: SchedulerConfig, x: number, sigma: number, bent: boolean): number {
  if (config.schedulerClass?.startsWith('EDM')) {
    const [skip, out] = [0.25 / (sigma ** 2 + 0.25), (0.5 * sigma) / Math.hypot(sigma, 0.5)];
    return (PICTURE - skip * x) / out;
  }
  if (config.prediction_type === 'flow_prediction')
    return bent ? (x / (1 + sigma) - PICTURE) * ((1 + sigma) / sigma) : (x - PICTURE) / sigma;
  if (config.prediction_type === 'v_prediction')
    return (x / (sigma ** 2 + 1) - PICTURE) * (Math.hypot(sigma, 1) / sigma);
  return (x - PICTURE) / sigma;
}

const SLOPED = /^(euler|heun|lms|dpm2|ipndm)(_karras|_exponential|_beta)?$/;

describe.each(models)('a model like %s', (_name, raw) => {
  const config = parse(raw);
  const draw = async (sampler: SamplerName, steps: number, strength?: number) => {
    const schedule = openSchedule(config, { sampler, steps, strength, tokens: 1024 });
    const bent = !SLOPED.test(sampler);
    const denoise = schedule.denoiser(async (x, sigma) => x.map((v) => perfectAnswer(config, v, sigma, bent)));
    const generator = createGenerator(1);
    const noise = () => generator.randn(16);
    const clean = new Float32Array(16).fill(PICTURE);
    const x = strength === undefined ? schedule.start(noise()) : schedule.addNoise(clean, noise());
    return { schedule, out: schedule.finish(await schedule.sample(denoise, x, { noise })) };
  };

  it.each(SAMPLERS)('%s walks down, to the picture that the network sees', async (sampler) => {
    for (const steps of [1, 2, 3, 4, 17, 30]) {
      const { schedule, out } = await draw(sampler, steps);
      if (schedule.sigmas[0]! < 1) continue; // leading spacing starts so low with few steps that noise is no start
      schedule.sigmas.forEach((sigma, i) => void (i > 0 && expect(sigma).toBeLessThan(schedule.sigmas[i - 1]!)));
      const last = schedule.sigmas.at(-1)!;
      // what is left of noise where the walk ends above σ = 0, and LMS' and PNDM's extrapolated slopes
      const slack = 4 * last + (/^(lms|pndm|ipndm)/.test(sampler) ? 0.3 : 0.002);
      for (const v of out) expect(Math.abs(v - PICTURE)).toBeLessThan(slack);
    }
  });

  it.each(['euler_a', 'dpmpp_2m_karras', 'ddim', 'pndm', 'heun', 'unipc'] as const)(
    '%s begins where the strength says, and keeps the picture',
    async (sampler) => {
      const { schedule, out } = await draw(sampler, 20, 0.5);
      const whole = openSchedule(config, { sampler, steps: 20, tokens: 1024 });
      expect(Math.abs(schedule.steps - 10)).toBeLessThanOrEqual(1);
      expect(schedule.sigmas[0]).toBeLessThan(whole.sigmas[0]!);
      for (const v of out) expect(Math.abs(v - PICTURE)).toBeLessThan(0.1);
      expect(openSchedule(config, { sampler, steps: 20, strength: 0, tokens: 1024 }).steps).toBe(0);
    },
  );
});

it('σ and timestep are inverse, at trained timesteps exactly', () => {
  for (const [, raw] of models.slice(0, 2)) {
    const levels = noiseLevels(parse(raw));
    for (const t of [0, 1, 499, 998, 999]) expect(timestepAt(levels, sigmaAt(levels, t))).toBeCloseTo(t, 9);
  }
});

it('shares of the walk begin at 0, rise step by step, and stay under 1', () => {
  const sigmas = [8, 4, 2, 0];
  expect([9, 8, 5, 4, 3, 2, 0.1, 0].map((sigma) => shareAt(sigmas, sigma) * 3)).toEqual([0, 0, 0, 1, 1, 2, 2, 2]);
});

it('counts shares of the whole walk, where only its end is walked', () => {
  const schedule = openSchedule(parse(MODELS['our own']), { sampler: 'euler', steps: 20, strength: 0.5 });
  expect(schedule.shareAt(schedule.sigmas[0]!)).toBe(0.5);
});

describe('spacing', () => {
  const visit = { total: 1000, steps: 20, offset: 1 };
  it.each([
    ['leading', [951, 901, 851], 1],
    ['trailing', [999, 949, 899], 49],
    ['linspace', [999, 946, 894], 0],
  ] as const)('%s visits whole timesteps as DDIM does', (spacing, first, last) => {
    const timesteps = wholeTimesteps({ ...visit, spacing });
    expect(timesteps.slice(0, 3)).toEqual(first);
    expect(timesteps.at(-1)).toBe(last);
    expect(timesteps).toHaveLength(20);
  });
  it('linspace keeps fractions for samplers in σ, and leaves the last out for solvers', () => {
    expect(fractionalTimesteps({ ...visit, spacing: 'linspace' })[1]).toBe(Math.fround(946.4210815429688));
    expect(solverTimesteps({ ...visit, spacing: 'linspace' }).slice(0, 2)).toEqual([999, 949]);
    expect(solverTimesteps({ ...visit, spacing: 'linspace' }).at(-1)).toBe(50);
    expect(solverTimesteps({ ...visit, spacing: 'leading', offset: 0 }).slice(0, 2)).toEqual([940, 893]);
  });
});

describe.each(SIGMA_RULES)('the %s rule', (rule) => {
  it('falls from the highest σ to the lowest', () => {
    for (const steps of [2, 3, 20]) {
      const sigmas = sigmaRules[rule](steps, 0.03, 14.6);
      expect(sigmas).toHaveLength(steps);
      expect(sigmas[0]).toBeCloseTo(14.6, 10);
      expect(sigmas.at(-1)).toBeCloseTo(0.03, 10);
      sigmas.forEach((sigma, i) => void (i > 0 && expect(sigma).toBeLessThan(sigmas[i - 1]!)));
    }
  });
});

it('inverts Beta(½, ½), whose distribution is the arcsine', () => {
  for (const p of [0.001, 0.1, 0.5, 0.9, 0.999])
    expect(betaQuantile(p, 0.5, 0.5)).toBeCloseTo(Math.sin((p * Math.PI) / 2) ** 2, 10);
  expect(betaQuantile(0.3, 1, 1)).toBeCloseTo(0.3, 12);
  expect(betaQuantile(0.25, 2, 1)).toBeCloseTo(0.5, 10);
});

it('clips, and thresholds each picture by its own quantile', () => {
  expect([...clipTo(1)(Float32Array.of(-3, 0.5, 2))]).toEqual([-1, 0.5, 1]);
  expect([...threshold(1, 10, 2)(Float32Array.of(4, -2, 0.5, 0.25))]).toEqual([1, -0.5, 0.5, 0.25]);
  expect(threshold(0.5, 10)(Float32Array.of(4, 2, 1))[0]).toBe(1);
});

it.each([
  [{ _class_name: 'PNDMScheduler' }, 'pndm'],
  [{ _class_name: 'EulerAncestralDiscreteScheduler' }, 'euler_a'],
  [{ _class_name: 'EulerDiscreteScheduler', use_karras_sigmas: true }, 'euler_karras'],
  [{ _class_name: 'DPMSolverMultistepScheduler', use_karras_sigmas: true }, 'dpmpp_2m_karras'],
  [{ _class_name: 'DPMSolverMultistepScheduler', algorithm_type: 'sde-dpmsolver++' }, 'dpmpp_2m_sde'],
  [{ _class_name: 'DPMSolverMultistepScheduler', solver_order: 3 }, 'dpmpp_3m'],
  [{ _class_name: 'UniPCMultistepScheduler', solver_type: 'bh1' }, 'unipc_bh1'],
  [{ _class_name: 'LCMScheduler' }, 'lcm'],
  [{ _class_name: 'FlowMatchEulerDiscreteScheduler' }, 'euler'],
  [{ _class_name: 'EDMDPMSolverMultistepScheduler' }, 'dpmpp_2m'],
  [{}, 'dpmpp_2m_karras'],
])('a configuration %j asks for %s', (raw, sampler) => {
  expect(samplerOf(parse(raw))).toBe(sampler);
});

it('stops above 0 where bh1 and the noise form would divide by it', () => {
  for (const sampler of ['unipc_bh1', 'dpm_2m'] as const)
    expect(openSchedule(parse(MODELS.turbo), { sampler, steps: 5 }).sigmas.at(-1)).toBeGreaterThan(0);
  const own = parse({ _class_name: 'UniPCMultistepScheduler', solver_type: 'bh1', final_sigmas_type: 'zero' });
  expect(openSchedule(own, { sampler: 'unipc_bh1', steps: 5 }).sigmas.at(-1)).toBeGreaterThan(0);
});

it('spends one Karras step, not most of them, on the endless noise of a cosine schedule', () => {
  const { sigmas } = openSchedule(parse(MODELS['our own']), { sampler: 'dpmpp_2m_karras', steps: 20 });
  expect(sigmas.filter((sigma) => sigma > 80)).toHaveLength(1);
});
