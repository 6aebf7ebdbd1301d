import { blend } from '../../tensor.ts';
import { march, type Sampler } from '../sampler.ts';

/** Euler ancestral: a step further down than asked, then fresh noise back up. Song et al. 2020 (DDPM as η = 1), in σ. */
export const eulerA: Sampler = (denoise, x, sigmas, options = {}) =>
  march(denoise, x, sigmas, options, ({ x, x0, sigma, next }) => {
    const [down, up] = ancestral(sigma, next);
    const stepped = blend(down / sigma, x, 1 - down / sigma, x0);
    return up > 0 && options.noise ? blend(1, stepped, up, options.noise()) : stepped;
  });

/** How far down to step and how much noise to add, so that together they make σ = next. */
export function ancestral(sigma: number, next: number, eta = 1): [down: number, up: number] {
  const up = Math.min(next, eta * (next / sigma) * Math.sqrt(Math.max(0, sigma ** 2 - next ** 2)));
  return [Math.sqrt(next ** 2 - up ** 2), up];
}
