/** What a model was trained on: how much noise there is at each of its timesteps. */
import { z } from 'zod';

/** The parts of a diffusers scheduler_config.json that decide a schedule. Class names do not: the person picks the sampler. */
export const SchedulerConfig = z.object({
  num_train_timesteps: z.number().int().min(2).default(1000),
  beta_schedule: z.enum(['linear', 'scaled_linear', 'squaredcos_cap_v2']).default('linear'),
  beta_start: z.number().default(0.0001),
  beta_end: z.number().default(0.02),
  prediction_type: z.enum(['epsilon', 'v_prediction', 'sample']).default('epsilon'),
  timestep_spacing: z.enum(['leading', 'trailing', 'linspace']).default('leading'),
  steps_offset: z.number().int().default(0),
  set_alpha_to_one: z.boolean().default(true),
  rescale_betas_zero_snr: z.boolean().default(false),
});
export type SchedulerConfig = z.infer<typeof SchedulerConfig>;

const f = Math.fround;
const TINY_ALPHA = 2 ** -24; // stands in for ᾱ = 0, where σ would be infinite; diffusers does the same

/** β per timestep, in float32 as torch has them. */
export function betas({ beta_schedule, beta_start, beta_end, num_train_timesteps: n }: SchedulerConfig): number[] {
  const along = (i: number, from: number, to: number) => from + ((to - from) * i) / (n - 1);
  const bar = (t: number) => Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2) ** 2;
  const beta = {
    linear: (i: number) => along(i, beta_start, beta_end),
    scaled_linear: (i: number) => f(along(i, Math.sqrt(beta_start), Math.sqrt(beta_end))) ** 2,
    squaredcos_cap_v2: (i: number) => Math.min(1 - bar((i + 1) / n) / bar(i / n), 0.999), // Nichol & Dhariwal 2021, eq. 17
  }[beta_schedule];
  return Array.from({ length: n }, (_, i) => f(beta(i)));
}

/** ᾱ per timestep: the share of the picture's variance that is left. */
export function alphasCumprod(config: SchedulerConfig): number[] {
  let product = 1;
  const alphas = betas(config).map((beta) => {
    product = f(product * f(1 - beta));
    return product;
  });
  return config.rescale_betas_zero_snr ? zeroTerminal(alphas) : alphas;
}

/** √ᾱ shifted and stretched so that the last step is pure noise. Lin et al. 2023, algorithm 1. */
function zeroTerminal(alphas: readonly number[]): number[] {
  const [first, last] = [Math.sqrt(alphas[0]!), Math.sqrt(alphas.at(-1)!)];
  return alphas.map((alpha) => Math.max(TINY_ALPHA, (((Math.sqrt(alpha) - last) * first) / (first - last)) ** 2));
}

/** σ per timestep, in the variance-exploding convention of Karras et al. 2022: x = x₀ + σ·n. */
export const noiseLevels = (config: SchedulerConfig): number[] =>
  alphasCumprod(config).map((alpha) => Math.sqrt((1 - alpha) / alpha));

/** σ at a timestep that may lie between two trained ones. */
export function sigmaAt(levels: readonly number[], timestep: number): number {
  const t = Math.min(Math.max(timestep, 0), levels.length - 1);
  const low = Math.floor(t);
  const high = Math.min(low + 1, levels.length - 1);
  return levels[low]! + (levels[high]! - levels[low]!) * (t - low);
}

/** The timestep at which the model saw noise of this σ; between two, by interpolation in log σ. */
export function timestepAt(levels: readonly number[], sigma: number): number {
  let [low, high] = [0, levels.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (levels[middle]! <= sigma) low = middle;
    else high = middle;
  }
  const [from, to] = [Math.log(levels[low]!), Math.log(levels[high]!)];
  const share = (Math.log(Math.max(sigma, levels[0]!)) - from) / (to - from);
  return low + Math.min(Math.max(share, 0), 1);
}
