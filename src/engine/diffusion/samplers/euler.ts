import { blend } from '../../tensor.ts';
import { march, type Sampler } from '../sampler.ts';

/** Euler steps along dx/dσ = (x − x₀)/σ. Karras et al. 2022, Algorithm 2 with S_churn = 0. */
export const euler: Sampler = (denoise, x, sigmas, options = {}) =>
  march(denoise, x, sigmas, options, ({ x, x0, sigma, next }) => blend(next / sigma, x, 1 - next / sigma, x0));
