/** Where a model's own convention meets the samplers': x = clean·x₀ + σ·n. Karras et al. 2022, table 1. */

export interface Preconditioning {
  /** What x is multiplied with for the network. */
  input(sigma: number): number;
  /** What x is multiplied with to be the latent outside the sampler. */
  latent(sigma: number): number;
  /** How much of x₀ is in x. */
  clean(sigma: number): number;
  /** x₀ = input·x + answer·(what the network says). */
  x0(sigma: number): Share;
  /** The same for the noise, where it is to be had directly. */
  noise?(sigma: number): Share;
}

export interface Share {
  input: number;
  answer: number;
}

export type Prediction = 'epsilon' | 'v_prediction' | 'sample' | 'original_sample' | 'flow_prediction';

const one = () => 1;
/** The model input has variance 1, as in training. */
export const unit = (sigma: number): number => 1 / Math.hypot(sigma, 1);

/** What x₀ is, for latents x = x₀ + σ·n shown at variance 1. */
const X0 = {
  epsilon: (sigma: number) => ({ input: 1, answer: -sigma }),
  v_prediction: (sigma: number) => ({ input: 1 / (sigma ** 2 + 1), answer: -sigma / Math.hypot(sigma, 1) }), // Salimans & Ho 2022, app. D
  sample: () => ({ input: 0, answer: 1 }),
  original_sample: () => ({ input: 0, answer: 1 }),
  flow_prediction: (sigma: number) => ({ input: 1 / (1 + sigma), answer: -sigma / (1 + sigma) }),
} satisfies Record<Prediction, Preconditioning['x0']>;

/** Samplers that started in σ (Euler, Heun, LMS …): what they end with is the latent. */
export const exploding = (prediction: Prediction): Preconditioning => ({
  ...{ input: unit, latent: one, clean: one },
  x0: X0[prediction],
});

/** What the noise is: exact where (x − x₀)/σ would divide little by little. */
const NOISE: Partial<Record<Prediction, Preconditioning['x0']>> = {
  epsilon: () => ({ input: 0, answer: 1 }),
  v_prediction: (sigma) => ({ input: sigma / (sigma ** 2 + 1), answer: unit(sigma) }),
};

/** Samplers that diffusers keeps at variance 1: their last x is scaled too, where σ is not 0. */
export const preserving = (prediction: Prediction): Preconditioning => {
  const noise = NOISE[prediction];
  return { ...exploding(prediction), latent: unit, ...(noise && { noise }) };
};

/** Elucidated models: c_in, c_skip and c_out of Karras et al. 2022. */
export const elucidated = (prediction: Prediction, data: number): Preconditioning => ({
  ...{ input: (sigma) => 1 / Math.hypot(sigma, data), latent: one, clean: one },
  x0: (sigma) => {
    const size = Math.hypot(sigma, data);
    if (prediction === 'sample') return { input: 0, answer: 1 };
    return {
      input: data ** 2 / size ** 2,
      answer: ((prediction === 'v_prediction' ? -1 : 1) * sigma * data) / size,
    };
  },
});

/** Consistency models, which are the identity at their least σ. Song et al. 2023, app. C. */
export const consistent = (least: number, data: number): Preconditioning => ({
  ...{ input: (sigma) => 1 / Math.hypot(sigma, data), latent: one, clean: one },
  x0: (sigma) => ({
    input: data ** 2 / ((sigma - least) ** 2 + data ** 2),
    answer: ((sigma - least) * data) / Math.hypot(sigma, data),
  }),
});

/** Rectified flow as it is: x = (1−σ)·x₀ + σ·n, and the answer is n − x₀. Liu et al. 2022. Good for samplers that follow dx/dσ. */
export const straight: Preconditioning = {
  ...{ input: one, latent: one },
  clean: (sigma) => 1 - sigma,
  x0: (sigma) => ({ input: 1, answer: -sigma }),
};

/** Rectified flow for samplers in x₀ + σ·n: x = latent·(1+σ), with σ = share/(1−share). */
export const bent: Preconditioning = {
  ...{ input: (sigma) => 1 / (1 + sigma), latent: (sigma) => 1 / (1 + sigma), clean: one },
  x0: X0.flow_prediction,
};
export const bend = (share: number): number => share / (1 - share);
export const unbend = (sigma: number): number => sigma / (1 + sigma);
