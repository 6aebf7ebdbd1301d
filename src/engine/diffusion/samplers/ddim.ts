import { blend } from '../../tensor.ts';
import type { Sampler, SamplerOptions } from '../sampler.ts';
import { ancestral } from './euler-a.ts';

/**
 * DDIM: the predicted picture plus the predicted noise at the next level. Song et al. 2020, eq. 12, divided by √ᾱ.
 * With η = 0 it is Euler's step in σ, with η = 1 the ancestral one.
 */
export const ddimWith =
  (eta: number): Sampler =>
  async (denoise, x, sigmas, { onStep, signal, noise }: SamplerOptions = {}) => {
    const total = sigmas.length - 1;
    for (let i = 0; i < total; i++) {
      signal?.throwIfAborted();
      const [sigma, next] = [sigmas[i]!, sigmas[i + 1]!];
      const x0 = await denoise(x, sigma);
      const epsilon = blend(1 / sigma, x, -1 / sigma, x0);
      const [toward, fresh] = ancestral(sigma, next, eta);
      x = blend(1, x0, toward, epsilon);
      if (fresh > 0 && noise) x = blend(1, x, fresh, noise());
      onStep?.(i + 1, total, x0);
    }
    return x;
  };

export const ddim = ddimWith(0);
