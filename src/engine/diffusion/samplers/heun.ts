import { blend, mix } from '../../tensor.ts';
import { type Sampler, slope, startOfWalk } from '../sampler.ts';

/** Heun's second order: Euler's step, then again with the mean of both ends' slopes. Karras et al. 2022, Algorithm 1. */
export const heun: Sampler = async (denoise, x, sigmas, options = {}) => {
  const { onState, onStep, signal, between, begin = 0 } = options;
  const total = sigmas.length - 1;
  const { from, start } = startOfWalk(x, options);
  x = start;
  for (let i = from; i < total; i++) {
    signal?.throwIfAborted();
    const [sigma, next] = [sigmas[i]!, sigmas[i + 1]!];
    const x0 = await denoise(x, sigma);
    const here = slope(x, x0, sigma);
    let tried = blend(1, x, next - sigma, here);
    tried = between?.(tried, next) ?? tried;
    if (next > 0) {
      signal?.throwIfAborted();
      const there = slope(tried, await denoise(tried, next), next);
      x = mix([1, x], [(next - sigma) / 2, here], [(next - sigma) / 2, there]);
      x = between?.(x, next) ?? x;
    } else x = tried;
    onState?.({ step: i + 1 - begin, at: i + 1, x });
    onStep?.(i + 1 - begin, total - begin, x0);
  }
  return x;
};
