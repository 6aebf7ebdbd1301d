import { blend, mix } from '../../tensor.ts';
import { march, type Sampler, slope } from '../sampler.ts';

export interface TcdSettings {
  /** Where each step lands before noise takes it up to the next σ; absent: on the next σ, without noise. */
  landings?: readonly number[] | undefined;
}

/** Trajectory consistency: the answer jumps along the trajectory to any σ, then noise. Zheng et al. 2024, Algorithm 4 (strategic stochastic sampling). */
export const tcdWith =
  ({ landings }: TcdSettings): Sampler =>
  (denoise, x, sigmas, options = {}) =>
    march(denoise, x, sigmas, options, ({ x, x0, sigma, next, i, total }) => {
      const landing = Math.min(landings?.[i] ?? next, next);
      const stepped = blend(1, x0, landing, slope(x, x0, sigma));
      if (!landings || i === total - 1 || !options.noise) return stepped;
      return mix([1, stepped], [Math.sqrt(next ** 2 - landing ** 2), options.noise()]);
    });

export const tcd = tcdWith({});
