import type { Latent } from '../tensor.ts';
import type { PromptPlans } from './condition.ts';

/** One condition to answer for; `positive` is false for the negative prompt alone. */
export interface Ask<C> {
  condition: C;
  positive: boolean;
}

/** The network's raw answers (ε, v or x₀) for one latent, one per ask, in one go. `share` is how far the run has come, in [0, 1). */
export type PredictAll<C> = (x: Latent, sigma: number, asks: readonly Ask<C>[], share: number) => Promise<Latent[]>;

export interface Guidance {
  /** How far to go from the negative prompt through the positive one; 1 ends there. */
  scale: number;
  /** Shares of the run between which there is guidance; beside them the scale is 1. Kynkäänniemi et al. 2024. */
  interval?: readonly [number, number] | undefined;
  /** φ: how much of the answer is brought back to the contrast of the unguided one. Lin et al. 2023, eq. 16. */
  rescale?: number | undefined;
}

/**
 * Classifier-free guidance (Ho & Salimans 2022, eq. 6) toward any number of prompts (Liu et al. 2022, eq. 11):
 * negative + Σ wᵢ·s·(positiveᵢ − negative). What has no part in the sum is not asked: scale 1 costs one pass.
 */
export const guide =
  <C>(
    predict: PredictAll<C>,
    { positive, negative }: PromptPlans<C>,
    guidance: Guidance,
    shareOf: (sigma: number) => number,
  ) =>
  async (x: Latent, sigma: number): Promise<Latent> => {
    const share = shareOf(sigma);
    const { interval: [from, to] = [0, 1], rescale = 0 } = guidance;
    const scale = share >= from && share < to ? guidance.scale : 1;
    const parts = positive.at(share);
    const total = parts.reduce((sum, { weight }) => sum + weight, 0);
    const [away] = negative.at(share);

    const terms = [
      ...parts.map(({ condition, weight }) => ({ condition, positive: true, plain: weight, guided: scale * weight })),
      { condition: away!.condition, positive: false, plain: 1 - total, guided: 1 - scale * total },
    ].filter(({ plain, guided }) => guided !== 0 || (rescale > 0 && plain !== 0));
    const answers = await predict(x, sigma, terms, share);
    const sum = (weights: readonly number[]) => weighted(answers, weights, x.length);
    const guided = sum(terms.map((term) => term.guided));
    if (rescale === 0 || scale === 1) return guided;
    return rescaled(guided, sum(terms.map((term) => term.plain)), rescale);
  };

/** Σ wᵢ·xᵢ, rounded once. */
function weighted(answers: readonly Latent[], weights: readonly number[], length: number): Latent {
  const sum = new Float64Array(length);
  for (const [k, answer] of answers.entries()) for (let i = 0; i < length; i++) sum[i]! += weights[k]! * answer[i]!;
  return Float32Array.from(sum);
}

/** φ·x·σ(plain)/σ(x) + (1 − φ)·x. Lin et al. 2023, eq. 15 and 16. */
function rescaled(guided: Latent, plain: Latent, share: number): Latent {
  const factor = deviation(plain) / deviation(guided);
  return guided.map((v) => v * (share * factor + (1 - share)));
}

function deviation(x: Latent): number {
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
  return Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length);
}
