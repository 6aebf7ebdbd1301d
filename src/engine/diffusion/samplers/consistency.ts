import { blend } from '../../tensor.ts';
import { march, type Sampler } from '../sampler.ts';

export interface ConsistencySettings {
  /** σ of the picture itself, which needs no noise. */
  least: number;
  /** Of the noise. */
  scale?: number;
  /** How much of the picture is in x at a σ: all of it, but in rectified flow. */
  clean?: (sigma: number) => number;
}

/** Multistep consistency sampling: every answer is the picture; noise it anew for the next. Song et al. 2023, Algorithm 1; for latents Luo et al. 2023. */
export const consistencyWith =
  ({ least, scale = 1, clean = () => 1 }: ConsistencySettings): Sampler =>
  (denoise, x, sigmas, options = {}) =>
    march(denoise, x, sigmas, options, ({ x0, next }) => {
      const spread = Math.sqrt(Math.max(0, next ** 2 - least ** 2)) * scale;
      return spread > 0 && options.noise ? blend(clean(next), x0, spread, options.noise()) : x0;
    });
