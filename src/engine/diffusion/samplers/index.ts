import type { SamplerName } from '../../../core/request.ts';
import type { SchedulerConfig } from '../noise-levels.ts';
import type { Sampler } from '../sampler.ts';
import { ddimSigmas, modelKarrasSigmas, spacedSigmas } from '../schedule.ts';
import { ddim } from './ddim.ts';
import { dpmpp2m } from './dpmpp-2m.ts';
import { euler } from './euler.ts';
import { eulerA } from './euler-a.ts';

interface Variant {
  sample: Sampler;
  sigmas: (config: SchedulerConfig, steps: number) => number[];
  /** How large the noise is that sampling starts from, at the first σ. */
  start: (config: SchedulerConfig, sigma: number) => number;
}

/** The model input then has variance 1, as in training. */
const unit = (_: SchedulerConfig, sigma: number) => Math.hypot(sigma, 1);
/** diffusers' Euler starts a little lower unless the spacing is leading. */
const eulerStart = (config: SchedulerConfig, sigma: number) =>
  config.timestep_spacing === 'leading' ? Math.hypot(sigma, 1) : sigma;

/** Adding a name to SAMPLERS without adding it here does not compile. */
export const samplers = {
  euler: { sample: euler, sigmas: spacedSigmas, start: eulerStart },
  euler_a: { sample: eulerA, sigmas: spacedSigmas, start: eulerStart },
  dpmpp_2m_karras: { sample: dpmpp2m, sigmas: modelKarrasSigmas, start: unit },
  ddim: { sample: ddim, sigmas: ddimSigmas, start: unit },
} satisfies Record<SamplerName, Variant>;
