import { type Latent, mix } from '../../tensor.ts';
import { recall, type Sampler, slope, startOfWalk } from '../sampler.ts';
import { solve } from './linear.ts';

export interface UniPcSettings {
  order: number;
  /** B(h): h, or eʰ − 1. */
  solver: 'bh1' | 'bh2';
  /** Integrates x₀; otherwise the noise. */
  predictsX0: boolean;
  lowerOrderFinal: boolean;
  /** Steps after which the prediction is taken as it is. */
  uncorrected: readonly number[];
}

interface Known {
  answer: Latent;
  sigma: number;
}

interface Memory {
  past: Known[];
  last?: { x: Latent; order: number } | undefined;
}

/**
 * UniPC: every model call first corrects the step that led to it, then predicts the next, with the same polynomial.
 * Zhao et al. 2023, Algorithms 5–8.
 */
export const unipc =
  ({ order, solver, predictsX0, lowerOrderFinal, uncorrected }: UniPcSettings): Sampler =>
  async (denoise, x, sigmas, options = {}) => {
    const { onStep, onState, signal, between, begin = 0 } = options;
    const total = sigmas.length - 1;
    const integrator = { solver, predictsX0 };
    let { past, last } = recall<Memory>(options, { past: [] });
    const { from, start } = startOfWalk(x, options);
    x = start;
    for (let i = from; i < total; i++) {
      signal?.throwIfAborted();
      const [sigma, next] = [sigmas[i]!, sigmas[i + 1]!];
      const x0 = await denoise(x, sigma);
      const answer = predictsX0 ? x0 : slope(x, x0, sigma);
      if (last && !uncorrected.includes(i - 1)) x = step(integrator, last.x, past.slice(0, last.order), sigma, answer);
      past = [{ answer, sigma }, ...past].slice(0, order);
      const most = next === 0 ? 1 : lowerOrderFinal ? total - i : order; // no polynomial reaches λ = ∞
      const usable = Math.min(order, most, i - begin + 1);
      last = { x, order: usable };
      x = step(integrator, x, past.slice(0, usable), next);
      x = between?.(x, next) ?? x;
      onState?.({ step: i + 1 - begin, at: i + 1, x, memory: { past, last } satisfies Memory });
      onStep?.(i + 1 - begin, total - begin, x0);
    }
    return x;
  };

/** From past[0].σ to σ = to: through the past answers, and through the one at the end where it is known (the corrector). */
function step(
  { solver, predictsX0 }: Pick<UniPcSettings, 'solver' | 'predictsX0'>,
  x: Latent,
  past: readonly Known[],
  to: number,
  end?: Latent,
): Latent {
  const [now, ...older] = past;
  const h = Math.log(now!.sigma / to);
  const hh = predictsX0 ? -h : h;
  const grown = Math.expm1(hh);
  const B = solver === 'bh1' ? hh : grown;
  const nodes = older.map(({ sigma }) => Math.log(now!.sigma / sigma) / h);
  const all = end ? [...nodes, 1] : nodes;
  const weights = end || older.length > 0 ? polynomial(all, hh, grown, B) : [];
  const scale = predictsX0 ? 1 : to; // α = 1 and σ, in front of x₀ and of the noise
  const terms = all.map((node, k) => {
    const weight = (-scale * B * weights[k]!) / node;
    return { weight, answer: end && k === all.length - 1 ? end : older[k]!.answer };
  });
  const own = -scale * grown - terms.reduce((sum, { weight }) => sum + weight, 0);
  return mix(
    [predictsX0 ? to / now!.sigma : 1, x],
    [own, now!.answer],
    ...terms.map(({ weight, answer }) => [weight, answer] as const),
  );
}

/** The weights that make the polynomial exact: Σ ρₖ rₖᵐ⁻¹ = m!·φₘ₊₁/B. One node alone takes ½, which has no h in it. */
function polynomial(nodes: readonly number[], hh: number, grown: number, B: number): number[] {
  if (nodes.length === 1) return [0.5];
  let [phi, factorial] = [grown / hh - 1, 1];
  const rows: number[][] = [];
  const right: number[] = [];
  for (let m = 1; m <= nodes.length; m++) {
    rows.push(nodes.map((node) => node ** (m - 1)));
    right.push((phi * factorial) / B);
    factorial *= m + 1;
    phi = phi / hh - 1 / factorial;
  }
  return solve(rows, right);
}
