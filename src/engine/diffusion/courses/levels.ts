import { betaQuantile } from '../beta-quantile.ts';
import { sigmaAt } from '../noise-levels.ts';
import { type SigmaRule, sigmaRules } from '../sigma-rules.ts';
import { linspace } from '../timesteps.ts';

/** The most noise that steps are worth: the σ range of Karras et al. 2022, table 1. */
export const HIGHEST = 80;
const LOWEST = 0.02;

/**
 * A rule over the model's whole range. A cosine schedule ends at σ ≈ 20,000, where it would spend most of its steps on
 * pure noise: such a model takes one step from its own end down to σ = 80, and the rest from there. Beta's quantiles are
 * then taken over the timesteps, where its paper has them: over σ, half of them would still be near 80.
 */
export function fallOverModel(rule: SigmaRule, levels: readonly number[], steps: number): number[] {
  const [min, max] = [Math.max(levels[0]!, LOWEST), levels.at(-1)!];
  if (max <= HIGHEST || steps < 3) return sigmaRules[rule](steps, min, max);
  if (rule === 'beta')
    return linspace(1, 0, steps).map((share) => sigmaAt(levels, betaQuantile(share, 0.6, 0.6) * (levels.length - 1)));
  return [max, ...sigmaRules[rule](steps - 1, min, HIGHEST)];
}

/** σ as torch has it in float32, out of ᾱ that already is: √((1−ᾱ)/ᾱ), rounded at every operation. */
export function single(sigma: number): number {
  const f = Math.fround;
  const alpha = f(1 / (1 + sigma ** 2));
  return f(Math.sqrt(f(f(1 - alpha) / alpha)));
}
