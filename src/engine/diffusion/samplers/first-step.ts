import type { Latent } from '../../tensor.ts';
import { HIGHEST } from '../courses/levels.ts';
import type { Sampler } from '../sampler.ts';
import { euler } from './euler.ts';

/**
 * For samplers that look at a step from both its ends: where the walk starts far above any picture (σ ≈ 20,000 under a
 * cosine schedule), the first step is Euler's, because two slopes so far apart have no mean.
 */
export const eulerFirst =
  (sampler: Sampler): Sampler =>
  async (denoise, x, sigmas, options = {}) => {
    const { begin = 0, onStep, onState, resume } = options;
    const total = sigmas.length - 1 - begin;
    if (total < 2 || sigmas[begin]! <= HIGHEST) return sampler(denoise, x, sigmas, options);
    const rest = (lower: Latent) =>
      sampler(denoise, lower, sigmas, {
        ...options,
        begin: begin + 1,
        onState: (state) => onState?.({ ...state, step: state.step + 1 }),
        onStep: (step, _total, x0) => onStep?.(step + 1, total, x0),
      });
    if (resume) return rest(x);
    const lower = await euler(denoise, x, sigmas.slice(begin, begin + 2), {
      ...options,
      begin: 0,
      onState: ({ x }) => onState?.({ step: 1, at: begin + 1, x }),
      onStep: (_step, _total, x0) => onStep?.(1, total, x0),
    });
    return rest(lower);
  };
