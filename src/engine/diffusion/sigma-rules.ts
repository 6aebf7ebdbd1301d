/** How σ falls from the highest to the lowest, when it does not follow the trained timesteps. */
import { betaQuantile } from './beta-quantile.ts';
import { linspace } from './timesteps.ts';

export const SIGMA_RULES = ['karras', 'exponential', 'beta', 'lu'] as const;
export type SigmaRule = (typeof SIGMA_RULES)[number];

type Fall = (steps: number, min: number, max: number) => number[];

const ramp = (steps: number) => linspace(0, 1, steps);

/** Karras et al. 2022, eq. 5: even steps in σ^(1/ρ). */
export function karrasRule(steps: number, min: number, max: number, rho = 7): number[] {
  const [low, high] = [min ** (1 / rho), max ** (1 / rho)];
  return ramp(steps).map((share) => (high + share * (low - high)) ** rho);
}

/** Even steps in log σ. */
const exponential: Fall = (steps, min, max) => linspace(Math.log(max), Math.log(min), steps).map(Math.exp);

/** By the quantiles of Beta(0.6, 0.6), dense at both ends. Lee et al. 2024, "Beta sampling is all you need". */
const beta: Fall = (steps, min, max) =>
  ramp(steps).map((share) => min + betaQuantile(1 - share, 0.6, 0.6) * (max - min));

/** `steps` σ, falling from max to min. `lu`: even steps in λ = −log σ (Lu et al. 2022a, § 3.4) are the exponential ones. */
export const sigmaRules = {
  karras: (steps, min, max) => karrasRule(steps, min, max),
  exponential,
  beta,
  lu: exponential,
} satisfies Record<SigmaRule, Fall>;
