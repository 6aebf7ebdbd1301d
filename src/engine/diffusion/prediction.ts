/** The network behind the Denoise interface, whatever it was trained to predict. */
import { blend, type Latent, scale } from '../tensor.ts';
import type { Preconditioning } from './preconditioning.ts';
import { type Denoise, slope } from './sampler.ts';

export type Answer = (x: Latent, sigma: number) => Promise<Latent>;

export interface Correction {
  /** What becomes of a predicted x₀ that leaves its range. */
  clip?: ((x0: Latent) => Latent) | undefined;
  /** Applied last: consistency models mix x itself in. */
  finish?: ((x0: Latent, x: Latent, sigma: number) => Latent) | undefined;
  /** The sampler wants the noise as the network saw it, unclipped, and at σ = 0 too. */
  noise?: boolean;
}

export function denoiser(
  { x0: weights, noise: direct }: Pick<Preconditioning, 'x0' | 'noise'>,
  answer: Answer,
  { clip = same, finish = same, noise = false }: Correction = {},
): Denoise {
  const ask = async (x: Latent, sigma: number) => {
    const said = await answer(x, sigma);
    const { input, answer: share } = weights(sigma);
    return { said, x0: blend(input, x, share, said) };
  };
  const denoise: Denoise = async (x, sigma) => finish(clip((await ask(x, sigma)).x0), x, sigma);
  if (!noise) return denoise;
  const withNoise: Denoise['withNoise'] = async (x, sigma) => {
    const { said, x0 } = await ask(x, sigma);
    const share = direct?.(sigma);
    const epsilon = share ? blend(share.input, x, share.answer, said) : slope(x, x0, sigma);
    return { x0: finish(clip(x0), x, sigma), epsilon };
  };
  return Object.assign(denoise, { withNoise });
}

const same = (x0: Latent): Latent => x0;

/** x₀ between −range and range. */
export const clipTo =
  (range: number) =>
  (x0: Latent): Latent =>
    x0.map((v) => Math.min(range, Math.max(-range, v)));

/** Dynamic thresholding: clips to a quantile of |x₀|, and scales that to 1. Saharia et al. 2022, § 2.3. `items`: pictures in x₀. */
export const threshold =
  (ratio: number, most: number, items = 1) =>
  (x0: Latent): Latent => {
    const size = x0.length / items;
    const out = new Float32Array(x0.length);
    for (let at = 0; at < x0.length; at += size) {
      const part = x0.subarray(at, at + size);
      const bound = Math.min(Math.max(quantile(part.map(Math.abs), ratio), 1), most);
      out.set(scale(1 / bound, clipTo(bound)(part)), at);
    }
    return out;
  };

function quantile(values: Float32Array, share: number): number {
  const sorted = values.toSorted();
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low]! + (sorted[Math.min(low + 1, sorted.length - 1)]! - sorted[low]!) * (at - low);
}
