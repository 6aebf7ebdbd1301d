/** A model, a sampler and so many steps: where the walk starts, what the network is told, where it ends. */
import { blend, type Latent, scale } from '../tensor.ts';
import type { Course, Settings } from './courses/course.ts';
import { flowCourse } from './courses/flow.ts';
import { consistencyCourse, elucidatedCourse, sinusoidCourse } from './courses/own-sigma.ts';
import { type Answer, type Correction, clipTo, denoiser, threshold } from './prediction.ts';
import type { Denoise, SamplerOptions } from './sampler.ts';
import type { Variant } from './samplers/index.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { type Asked, settingsFor } from './settings.ts';
import { linspace } from './timesteps.ts';

export type { Asked };

export interface Schedule {
  /** Falling; of the part that is walked. The last is where the walk ends. A strength of 0 leaves that one alone. */
  sigmas: readonly number[];
  /** Steps that are walked. */
  steps: number;
  /** x at sigmas[0], of noise alone. */
  start(noise: Latent): Latent;
  /** x at a σ, of a clean latent. */
  addNoise(x0: Latent, noise: Latent, sigma?: number): Latent;
  /** What x is multiplied with for the network. */
  inputScale(sigma: number): number;
  /** What the network is told of σ. */
  timestepAt(sigma: number): number;
  /** The network's raw answer → x₀, by what it was trained to predict, clipped if the model's configuration says so. */
  denoiser(answer: Answer, items?: number): Denoise;
  sample(denoise: Denoise, x: Latent, options?: SamplerOptions): Promise<Latent>;
  /** The last x → the latent to decode. */
  finish(x: Latent): Latent;
  /** Share of the whole schedule, 0 at its start, that is behind when the network sees this σ. */
  shareAt(sigma: number): number;
}

export function openSchedule(config: SchedulerConfig, asked: Asked): Schedule {
  return scheduleOf(planWalk(config, asked));
}

export interface Walk {
  course: Course;
  settings: Settings;
  variant: Variant;
}

/** The course of a walk, and all that was decided for it. */
export function planWalk(config: SchedulerConfig, asked: Asked): Walk {
  const { settings, variant } = settingsFor(config, asked);
  return { settings, variant, course: courseOf(config, settings, variant) };
}

/** What a model was trained on decides where its σ are; the sampler, how trained timesteps are visited. */
function courseOf(config: SchedulerConfig, settings: Settings, { course, followsSlope = false }: Variant): Course {
  const { schedulerClass, prediction_type } = config;
  if (schedulerClass?.startsWith('EDM')) return elucidatedCourse(settings);
  if (schedulerClass === 'CMStochasticIterativeScheduler') return consistencyCourse(settings);
  if (schedulerClass === 'IPNDMScheduler') return sinusoidCourse(settings);
  const ownFlow = settings.exact && settings.use_flow_sigmas && !schedulerClass?.startsWith('FlowMatch');
  if (prediction_type !== 'flow_prediction' || ownFlow) return course(settings);
  const { tokens, steps, custom } = settings;
  const even = tokens === undefined ? {} : { sigmas: linspace(1, 1 / steps, steps) }; // as FLUX's pipeline has it
  return flowCourse({ ...settings, custom: { ...even, ...custom } }, !followsSlope);
}

export function scheduleOf({ course, settings, variant }: Walk): Schedule {
  const { preconditioning, sigmas: whole, timesteps, ends, legs, begin } = course;
  const { latent, clean, input } = preconditioning;
  const told = new Map(whole.slice(0, timesteps.length).map((sigma, i) => [sigma, timesteps[i]!] as const));
  const sigmas = legs?.length ? visited(legs) : whole.slice(begin);
  const sampler = variant.sampler(settings, course);
  return {
    sigmas,
    steps: sigmas.length - 1,
    start: (noise) => scale(course.start, noise),
    addNoise: (x0, noise, sigma = sigmas[0]!) => blend(clean(sigma), x0, sigma, noise),
    inputScale: input,
    timestepAt: (sigma) => told.get(sigma) ?? course.timestepAt(sigma),
    denoiser: (answer, items) => denoiser(preconditioning, answer, correctionOf(settings, course, items)),
    sample: (denoise, x, options = {}) =>
      sigmas.length < 2
        ? Promise.resolve(x)
        : sampler(denoise, x, whole, {
            ...options,
            begin,
            ends,
            restate: (x, from, to) => scale(latent(from) / latent(to), x),
          }),
    finish: (x) => scale(latent(whole.at(-1)!), x),
    shareAt: (sigma) => shareAt(whole, sigma),
  };
}

/** σ of model calls that differ from step to step, each once. */
const visited = (legs: NonNullable<Course['legs']>): number[] => [
  ...new Set([...legs.map(({ at }) => at), legs.at(-1)!.to]),
];

/** Share of the steps that are behind when the network sees σ: i/total for σᵢ ≥ σ > σᵢ₊₁. */
export function shareAt(sigmas: readonly number[], sigma: number): number {
  const total = sigmas.length - 1;
  const step = sigmas.findIndex((_, i) => i === total || (sigmas[i]! >= sigma && sigma > sigmas[i + 1]!));
  return total > 0 && sigma <= sigmas[0]! ? Math.min(step, total - 1) / total : 0;
}

function correctionOf(settings: Settings, { timestepAt, sigmas, timesteps }: Course, items?: number): Correction {
  const { schedulerClass, thresholding, clip_sample, clip_sample_range = 1, sigma_data = 0.5 } = settings;
  const { dynamic_thresholding_ratio = 0.995, sample_max_value = 1, timestep_scaling = 10 } = settings;
  if (schedulerClass === 'CMStochasticIterativeScheduler') return settings.clip_denoised ? { finish: clipTo(1) } : {};
  const ddim = schedulerClass === 'DDIMScheduler' || schedulerClass === 'DDIMInverseScheduler';
  const clip = thresholding
    ? threshold(dynamic_thresholding_ratio, sample_max_value, items)
    : clip_sample
      ? clipTo(clip_sample_range)
      : undefined;
  const noise =
    (ddim && clip !== undefined) || schedulerClass === 'DDIMInverseScheduler' || schedulerClass === 'IPNDMScheduler';
  if (schedulerClass !== 'LCMScheduler' || !settings.exact) return { clip, noise };
  const finish: Correction['finish'] = (x0, x, sigma) => {
    const scaled = (timesteps[sigmas.indexOf(sigma)] ?? timestepAt(sigma)) * timestep_scaling;
    const size = Math.hypot(scaled, sigma_data);
    return blend(scaled / size, x0, (sigma_data / size) ** 2 / Math.hypot(sigma, 1), x); // Luo et al. 2023, eq. 9
  };
  return { clip, finish };
}
