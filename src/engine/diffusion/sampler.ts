import type { Latent } from '../tensor.ts';

/** Predicts the clean latent x₀ from a noisy one at noise level σ: x = x₀ + σ·n. */
export type Denoise = (x: Latent, sigma: number) => Promise<Latent>;

export interface SamplerOptions {
  /** Called once after every step, with the x₀ it was made from. */
  onStep?: (step: number, total: number, x0: Latent) => void;
  signal?: AbortSignal;
  /** Fresh normals of x's length, for samplers that put noise back. */
  noise?: () => Latent;
}

/** Walks x from sigmas[0] down to the last σ. Never mutates x. */
export type Sampler = (
  denoise: Denoise,
  x: Latent,
  sigmas: readonly number[],
  options?: SamplerOptions,
) => Promise<Latent>;
