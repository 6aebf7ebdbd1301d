import { blend, type Latent } from '../tensor.ts';
import type { SchedulerConfig } from './noise-levels.ts';
import type { Denoise } from './sampler.ts';

type Prediction = SchedulerConfig['prediction_type'];

/** How x₀ is made of x (with its σ) and the network's answer: x₀ = input·x + output·answer. */
const weights = {
  epsilon: (sigma: number) => ({ input: 1, output: -sigma }),
  v_prediction: (sigma: number) => ({ input: 1 / (sigma ** 2 + 1), output: -sigma / Math.hypot(sigma, 1) }), // Salimans & Ho 2022, app. D
  sample: () => ({ input: 0, output: 1 }),
} satisfies Record<Prediction, (sigma: number) => { input: number; output: number }>;

/** The network behind the Denoise interface, whatever it was trained to predict. */
export const denoiser =
  (kind: Prediction, predict: (x: Latent, sigma: number) => Promise<Latent>): Denoise =>
  async (x, sigma) => {
    const { input, output } = weights[kind](sigma);
    return blend(input, x, output, await predict(x, sigma));
  };

/** What the network is shown: x at variance 1. */
export const inputScale = (sigma: number): number => 1 / Math.hypot(sigma, 1);
