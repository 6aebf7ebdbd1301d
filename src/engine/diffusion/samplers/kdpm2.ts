import { blend } from '../../tensor.ts';
import { type Sampler, slope, startOfWalk } from '../sampler.ts';
import { ancestral } from './euler-a.ts';

/**
 * DPM-Solver-2: the slope at the middle of the step (in log σ) makes the whole step. Lu et al. 2022a, Algorithm 1, as
 * Crowson's k-diffusion has it; η = 1 steps further down and puts fresh noise back.
 */
export const kdpm2With =
  (eta: number): Sampler =>
  async (denoise, x, sigmas, options = {}) => {
    const { onState, onStep, signal, between, noise, begin = 0 } = options;
    const total = sigmas.length - 1;
    const { from, start } = startOfWalk(x, options);
    x = start;
    for (let i = from; i < total; i++) {
      signal?.throwIfAborted();
      const [sigma, next] = [sigmas[i]!, sigmas[i + 1]!];
      const [down, up] = ancestral(sigma, next, eta);
      const middle = middleOf(sigma, down);
      const x0 = await denoise(x, sigma);
      let there = blend(1, x, middle - sigma, slope(x, x0, sigma));
      there = between?.(there, middle) ?? there;
      if (next > 0) {
        signal?.throwIfAborted();
        x = blend(1, x, down - sigma, slope(there, await denoise(there, middle), middle));
        if (eta > 0 && noise) x = blend(1, x, up, noise());
        x = between?.(x, next) ?? x;
      } else x = there;
      onState?.({ step: i + 1 - begin, at: i + 1, x });
      onStep?.(i + 1 - begin, total - begin, x0);
    }
    return x;
  };

/** Halfway in log σ; nothing lies between anything and 0 but 0. */
export const middleOf = (sigma: number, down: number): number =>
  down > 0 ? Math.exp((Math.log(sigma) + Math.log(down)) / 2) : 0;

export const kdpm2 = kdpm2With(0);
export const kdpm2A = kdpm2With(1);
