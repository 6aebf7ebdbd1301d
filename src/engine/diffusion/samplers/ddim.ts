import { blend } from '../../tensor.ts';
import { type Denoise, march, type Sampler, slope } from '../sampler.ts';
import { ancestral } from './euler-a.ts';

/**
 * DDIM: the predicted picture plus the predicted noise at the next level. Song et al. 2020, eq. 12, divided by √ᾱ.
 * With η = 0 it is Euler's step in σ, with η = 1 the ancestral one. Rising σ turn a picture into its noise.
 */
export const ddimWith =
  (eta: number): Sampler =>
  (denoise, x, sigmas, options = {}) => {
    let seen: { x0: Float32Array; epsilon: Float32Array } | undefined; // clipping changes x₀, not the direction
    const { withNoise } = denoise;
    const watched: Denoise = async (x, sigma) => {
      seen = withNoise && (await withNoise(x, sigma));
      return seen?.x0 ?? denoise(x, sigma);
    };
    return march(watched, x, sigmas, options, ({ x, x0, sigma, next }) => {
      const epsilon = seen?.epsilon ?? slope(x, x0, sigma);
      const [toward, fresh] = ancestral(sigma, next, eta);
      const stepped = blend(1, x0, eta === 0 ? next : toward, epsilon);
      return fresh > 0 && options.noise ? blend(1, stepped, fresh, options.noise()) : stepped;
    });
  };

export const ddim = ddimWith(0);
