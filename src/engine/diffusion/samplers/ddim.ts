import { blend } from '../../tensor.ts';
import { marchByNoise, type Sampler } from '../sampler.ts';
import { ancestral } from './euler-a.ts';

/**
 * DDIM: the predicted picture plus the predicted noise at the next level. Song et al. 2020, eq. 12, divided by √ᾱ.
 * With η = 0 it is Euler's step in σ, with η = 1 the ancestral one. Rising σ turn a picture into its noise.
 */
export const ddimWith =
  (eta: number): Sampler =>
  (denoise, x, sigmas, options = {}) =>
    marchByNoise(denoise, x, sigmas, options, ({ x0, epsilon, sigma, next }) => {
      const [toward, fresh] = eta === 0 ? [next, 0] : ancestral(sigma, next, eta);
      const stepped = blend(1, x0, toward, epsilon);
      return fresh > 0 && options.noise ? blend(1, stepped, fresh, options.noise()) : stepped;
    });

export const ddim = ddimWith(0);
