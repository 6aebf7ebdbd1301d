import { mix } from '../../tensor.ts';
import { march, type Sampler } from '../sampler.ts';

export interface DdpmSettings {
  /** The posterior's own variance, or all of a training step's. Ho et al. 2020, § 3.2. */
  variance: 'small' | 'large';
  /** Noise after the last step too, where the variance is not 0 there. */
  noisyEnd?: boolean;
  /** Math.fround: near the end 1 − ᾱₜ/ᾱₜ₋₁ has few digits left in float32, and diffusers' results show it. */
  round?: (value: number) => number;
}

/** DDPM: a draw from q(x_next | x, x₀). Ho et al. 2020, eq. 6–7; its variance-preserving weights, divided by √ᾱ. */
export const ddpmWith =
  ({ variance, noisyEnd = false, round = Number }: DdpmSettings): Sampler =>
  (denoise, x, sigmas, options = {}) =>
    march(denoise, x, sigmas, options, ({ x, x0, sigma, next, i, total }) => {
      const [alpha, before] = [sigma, next].map((s) => round(1 / (1 + s ** 2))) as [number, number];
      const kept = round(alpha / before); // of this step: 1 − β
      const beta = round(1 - kept);
      const [dark, darkBefore] = [round(1 - alpha), round(1 - before)];
      const spread = variance === 'small' ? Math.max(1e-20, (darkBefore / dark) * beta) : beta;
      const ofX = (Math.sqrt(kept) * darkBefore * Math.sqrt(alpha / before)) / dark;
      const terms = [[ofX, x] as const, [beta / dark, x0] as const];
      const quiet = i === total - 1 && !noisyEnd;
      return quiet || !options.noise ? mix(...terms) : mix(...terms, [Math.sqrt(spread / before), options.noise()]);
    });

export const ddpm = ddpmWith({ variance: 'small' });
