import { blend } from '../../tensor.ts';
import type { Sampler } from '../sampler.ts';

/** Euler ancestral: a step further down than asked, then fresh noise back up. Song et al. 2020 (DDPM as η = 1), in σ. */
export const eulerA: Sampler = async (denoise, x, sigmas, { onStep, signal, noise } = {}) => {
  const total = sigmas.length - 1;
  for (let i = 0; i < total; i++) {
    signal?.throwIfAborted();
    const [sigma, next] = [sigmas[i]!, sigmas[i + 1]!];
    const x0 = await denoise(x, sigma);
    const [down, up] = ancestral(sigma, next);
    x = blend(down / sigma, x, 1 - down / sigma, x0);
    if (up > 0 && noise) x = blend(1, x, up, noise());
    onStep?.(i + 1, total, x0);
  }
  return x;
};

/** How far down to step and how much noise to add, so that together they make σ = next. */
export function ancestral(sigma: number, next: number, eta = 1): [down: number, up: number] {
  const up = Math.min(next, eta * (next / sigma) * Math.sqrt(Math.max(0, sigma ** 2 - next ** 2)));
  return [Math.sqrt(next ** 2 - up ** 2), up];
}
