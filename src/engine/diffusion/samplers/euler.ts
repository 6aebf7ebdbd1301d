import { blend } from '../../tensor.ts';
import type { Sampler } from '../sampler.ts';

/** Euler steps along dx/dσ = (x − x₀)/σ. Karras et al. 2022, Algorithm 2 with S_churn = 0. */
export const euler: Sampler = async (denoise, x, sigmas, { onStep, signal } = {}) => {
  const total = sigmas.length - 1;
  for (let i = 0; i < total; i++) {
    signal?.throwIfAborted();
    const [sigma, next] = [sigmas[i]!, sigmas[i + 1]!];
    const x0 = await denoise(x, sigma);
    x = blend(next / sigma, x, 1 - next / sigma, x0);
    onStep?.(i + 1, total, x0);
  }
  return x;
};
