/** What a model was trained on: how much noise there is at each of its timesteps. */
import { SchedulerConfig } from './scheduler-config.ts';

export { SchedulerConfig };

type Training = Pick<
  SchedulerConfig,
  'num_train_timesteps' | 'beta_schedule' | 'beta_start' | 'beta_end' | 'rescale_betas_zero_snr' | 'trained_betas'
>;

const f = Math.fround;
/** Stands in for ᾱ = 0, where σ would be infinite; diffusers does the same. */
export const TINY_ALPHA = 2 ** -24;

/** β per timestep, in float32 as torch has them. */
export function betas(config: Training): number[] {
  const { beta_schedule, beta_start, beta_end, num_train_timesteps: n, trained_betas } = config;
  if (trained_betas) return trained_betas.map(f);
  const capped = (bar: (t: number) => number) => (i: number) => Math.min(1 - bar((i + 1) / n) / bar(i / n), 0.999);
  const beta = {
    linear: linspace32(beta_start, beta_end, n),
    scaled_linear: (i: number) => linspace32(Math.sqrt(beta_start), Math.sqrt(beta_end), n)(i) ** 2,
    squaredcos_cap_v2: capped((t) => Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2) ** 2), // Nichol & Dhariwal 2021, eq. 17
    sigmoid: (i: number) => f(f(1 / (1 + Math.exp(-linspace32(-6, 6, n)(i)))) * (beta_end - beta_start)) + beta_start,
    laplace: capped(laplaceBar), // Hang et al. 2024, table 1
    exp: capped((t) => Math.exp(-12 * t)),
  }[beta_schedule];
  return Array.from({ length: n }, (_, i) => f(beta(i)));
}

/**
 * torch.linspace in float32: from the nearer end, so that both ends are exact; in eights, as its vector code goes, of
 * which each is counted from the first.
 */
const linspace32 = (from: number, to: number, n: number) => {
  const [start, end] = [f(from), f(to)];
  const step = n > 1 ? f(f(end - start) / (n - 1)) : 0;
  const half = Math.floor(n / 2);
  const alone = (i: number) => (i < half ? f(start + step * i) : f(end - step * (n - 1 - i)));
  return (i: number): number => {
    const block = i - (i % LANES);
    return block + LANES <= n ? f(alone(block) + step * (i - block)) : alone(i);
  };
};
const LANES = 8;

function laplaceBar(t: number): number {
  const snr = Math.exp(-0.5 * (0.5 - t < 0 ? -1 : 1) * Math.log(1 - 2 * Math.abs(0.5 - t) + 1e-6));
  return Math.sqrt(snr / (1 + snr));
}

/** ᾱ per timestep: the share of the picture's variance that is left. `least` stands in for 0. */
export function alphasCumprod(config: Training, least = TINY_ALPHA): number[] {
  const alphas = betas(config).map((beta) => f(1 - beta));
  if (!config.rescale_betas_zero_snr) return products(alphas);
  const rescaled = products(zeroTerminal(products(alphas)).map((alpha) => f(1 - f(1 - alpha))));
  return rescaled.map((alpha) => Math.max(least, alpha));
}

/** torch.cumprod: multiplied in double precision, each product kept in single. */
function products(factors: readonly number[]): number[] {
  let product = 1;
  return factors.map((factor) => {
    product *= factor;
    return f(product);
  });
}

/** √ᾱ shifted and stretched so that the last step is pure noise, as 1 − β again. Lin et al. 2023, algorithm 1. */
function zeroTerminal(alphas: readonly number[]): number[] {
  const roots = alphas.map((alpha) => f(Math.sqrt(alpha)));
  const [first, last] = [roots[0]!, roots.at(-1)!];
  const stretch = f(first / f(first - last));
  const bars = roots.map((root) => f(f(f(root - last) * stretch) ** 2));
  return bars.map((bar, i) => (i === 0 ? bar : f(bar / bars[i - 1]!)));
}

/** σ per timestep, in the variance-exploding convention of Karras et al. 2022: x = x₀ + σ·n. */
export const noiseLevels = (config: Training, least = TINY_ALPHA): number[] =>
  alphasCumprod(config, least).map((alpha) => Math.sqrt((1 - alpha) / alpha));

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
