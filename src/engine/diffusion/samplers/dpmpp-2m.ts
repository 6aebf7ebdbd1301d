import { blend, type Latent } from '../../tensor.ts';
import type { Sampler } from '../sampler.ts';

/** DPM-Solver++(2M): second order by remembering the last x₀. Lu et al. 2022, Algorithm 2. */
export const dpmpp2m: Sampler = async (denoise, x, sigmas, { onStep, signal } = {}) => {
  const total = sigmas.length - 1;
  let last: { x0: Latent; h: number } | undefined;
  for (let i = 0; i < total; i++) {
    signal?.throwIfAborted();
    const [sigma, next] = [sigmas[i]!, sigmas[i + 1]!];
    const h = Math.log(sigma / next); // λ = −log σ; infinite on the last step, where next = 0
    const x0 = await denoise(x, sigma);
    const r = last && next > 0 ? last.h / h : undefined;
    const target = last && r ? blend(1 + 1 / (2 * r), x0, -1 / (2 * r), last.x0) : x0;
    x = blend(next / sigma, x, 1 - next / sigma, target);
    last = { x0, h };
    onStep?.(i + 1, total, x0);
  }
  return x;
};
