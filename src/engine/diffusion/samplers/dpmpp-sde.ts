import { blend, type Latent, mix } from '../../tensor.ts';
import { type Sampler, startOfWalk } from '../sampler.ts';
import { ancestral } from './euler-a.ts';
import { middleOf } from './kdpm2.ts';

/** Brownian motion over σ, as normals: what it gains from one σ to another, divided by the root of their distance. */
export type Brownian = (from: number, to: number) => Latent;

/**
 * DPM-Solver++ for the SDE, two calls a step: to the middle in log σ, and with both answers all the way. Lu et al. 2022b,
 * as Crowson's k-diffusion has it: each part steps further down and takes noise back up.
 */
export const dpmppSdeWith =
  (brownian?: Brownian): Sampler =>
  async (denoise, x, sigmas, options = {}) => {
    const { onState, onStep, signal, between, noise, begin = 0 } = options;
    const motion = brownian ?? (noise && forwardMotion(noise));
    const total = sigmas.length - 1;
    const { from, start } = startOfWalk(x, options);
    x = start;
    for (let i = from; i < total; i++) {
      signal?.throwIfAborted();
      const [sigma, next] = [sigmas[i]!, sigmas[i + 1]!];
      const x0 = await denoise(x, sigma);
      if (next === 0) x = blend(next / sigma, x, 1 - next / sigma, x0);
      else {
        const middle = middleOf(sigma, next);
        let there = part(x, x0, sigma, middle, motion);
        there = between?.(there, middle) ?? there;
        signal?.throwIfAborted();
        const second = await denoise(there, middle);
        x = part(x, second, sigma, next, motion); // (1 − 1/2r)·x₀ + 1/2r·second, with r = ½
      }
      x = between?.(x, next) ?? x;
      onState?.({ step: i + 1 - begin, at: i + 1, x });
      onStep?.(i + 1 - begin, total - begin, x0);
    }
    return x;
  };

function part(x: Latent, x0: Latent, sigma: number, to: number, motion: Brownian | undefined): Latent {
  const [down, up] = ancestral(sigma, to);
  const stepped = blend(down / sigma, x, 1 - down / sigma, x0);
  return up > 0 && motion ? mix([1, stepped], [up, motion(sigma, to)]) : stepped;
}

/** Brownian motion for a walk that asks for σ → middle and then for σ → next: the second contains the first. */
function forwardMotion(noise: () => Latent): Brownian {
  let known: { from: number; to: number; gained: Latent } | undefined;
  return (from, to) => {
    const fresh = noise();
    if (known?.from === from && known.to > to) {
      const [first, rest] = [from - known.to, known.to - to];
      const gained = mix([Math.sqrt(first / (first + rest)), known.gained], [Math.sqrt(rest / (first + rest)), fresh]);
      known = undefined;
      return gained;
    }
    known = { from, to, gained: fresh };
    return fresh;
  };
}

export const dpmppSde = dpmppSdeWith();
