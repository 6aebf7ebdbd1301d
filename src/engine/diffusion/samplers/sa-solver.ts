import { type Latent, mix } from '../../tensor.ts';
import { recall, type Sampler, slope, startOfWalk } from '../sampler.ts';

export interface SaSettings {
  predictorOrder: number;
  correctorOrder: number;
  /** Integrates x₀; otherwise the noise. */
  predictsX0: boolean;
  lowerOrderFinal: boolean;
  /** How much noise is put back at a σ: 0 is the ODE, 1 the SDE. */
  tau: (sigma: number) => number;
}

interface Known {
  answer: Latent;
  /** λ = −log σ. */
  lambda: number;
}

interface Memory {
  past: Known[];
  last?: { x: Latent; noise: Latent | undefined; tau: number; lambda: number } | undefined;
}

/** SA-Solver: Adams' predictor and corrector for the diffusion SDE with chosen noise τ. Xue et al. 2023, Algorithm 1. */
export const saSolver =
  ({ predictorOrder, correctorOrder, predictsX0, lowerOrderFinal, tau }: SaSettings): Sampler =>
  async (denoise, x, sigmas, options = {}) => {
    const { onStep, onState, signal, between, noise, begin = 0 } = options;
    const total = sigmas.length - 1;
    let { past, last } = recall<Memory>(options, { past: [] });
    const { from, start } = startOfWalk(x, options);
    x = start;
    for (let i = from; i < total; i++) {
      signal?.throwIfAborted();
      const [sigma, next] = [sigmas[i]!, sigmas[i + 1]!];
      const x0 = await denoise(x, sigma);
      const now = { answer: predictsX0 ? x0 : slope(x, x0, sigma), lambda: -Math.log(sigma) };
      const done = i - begin;
      if (last) {
        const order = Math.min(correctorOrder, lowerOrderFinal ? total - i + 2 : correctorOrder, done + 1);
        const nodes = [now, ...past].slice(0, order);
        x = adams({
          x: last.x,
          nodes,
          from: last.lambda,
          to: now.lambda,
          tau: last.tau,
          predictsX0,
          noise: last.noise,
        });
      }
      past = [now, ...past].slice(0, Math.max(predictorOrder, correctorOrder - 1));
      const order = Math.min(predictorOrder, lowerOrderFinal ? total - i : predictorOrder, done + 1);
      last = { x, noise: noise?.(), tau: tau(sigma), lambda: now.lambda };
      const to = -Math.log(next);
      x = adams({ x, nodes: past.slice(0, order), from: now.lambda, to, tau: last.tau, predictsX0, noise: last.noise });
      x = between?.(x, next) ?? x;
      onState?.({ step: i + 1 - begin, at: i + 1, x, memory: { past, last } satisfies Memory });
      onStep?.(i + 1 - begin, total - begin, x0);
    }
    return x;
  };

interface Step {
  x: Latent;
  nodes: readonly Known[];
  from: number;
  to: number;
  tau: number;
  predictsX0: boolean;
  noise: Latent | undefined;
}

/** One Adams step over λ, exact for polynomials through the nodes against e^((1+τ²)λ); x₀ form: eq. 13–18, noise form: eq. 9. */
function adams({ x, nodes, from, to, tau, predictsX0, noise }: Step): Latent {
  const [h, square] = [to - from, tau ** 2];
  const final = !Number.isFinite(to); // σ = 0: all of x₀
  if (final) return nodes[0]!.answer;
  const rate = predictsX0 ? 1 + square : 1;
  const weights = nodes.map((_, k) => basisIntegral(nodes, k, from, to, predictsX0 ? rate : -1));
  if (predictsX0 && nodes.length === 2) tweak(weights, nodes, h, rate);
  const sigma = Math.exp(-to);
  const scale = predictsX0 ? rate : -(1 + square) * sigma;
  const keep = predictsX0 ? Math.exp(-rate * h) : 1;
  const spread = predictsX0
    ? sigma * Math.sqrt(-Math.expm1(-2 * square * h))
    : sigma * Math.sqrt(Math.expm1(2 * square * h));
  const terms = nodes.map(({ answer }, k) => [scale * weights[k]!, answer] as const);
  return mix([keep, x], ...terms, ...(noise && spread > 0 ? [[spread, noise] as const] : []));
}

/** The term of the authors' code that makes two nodes second order in the variance too. */
function tweak(weights: number[], nodes: readonly Known[], h: number, rate: number): void {
  const exact = (h * rate - 1 + Math.exp(-rate * h)) / rate ** 2;
  const extra = (h ** 2 / 2 - exact) / (nodes[0]!.lambda - nodes[1]!.lambda);
  weights[0]! += extra;
  weights[1]! -= extra;
}

/** ∫ e^(rate·(λ−to)) of Lagrange's polynomial in λ that is 1 at node k and 0 at the others, from `from` to `to`. */
function basisIntegral(nodes: readonly Known[], k: number, from: number, to: number, rate: number): number {
  let coefficients = [1]; // of the polynomial in u = λ − to
  for (const [j, { lambda }] of nodes.entries()) {
    if (j === k) continue;
    const gap = nodes[k]!.lambda - lambda;
    const root = lambda - to;
    const grown = new Array<number>(coefficients.length + 1).fill(0);
    for (const [power, c] of coefficients.entries()) {
      grown[power + 1]! += c / gap;
      grown[power]! -= (c * root) / gap;
    }
    coefficients = grown;
  }
  // ∫ uⁿe^(rate·u) = e^(rate·u)/rate·uⁿ − n/rate·∫ uⁿ⁻¹e^(rate·u)
  const moment = (n: number): number => {
    const edge = (u: number) => Math.exp(rate * u) * u ** n;
    const own = (edge(0) - edge(from - to)) / rate;
    return n === 0 ? own : own - (n / rate) * moment(n - 1);
  };
  return coefficients.reduce((sum, c, power) => sum + c * moment(power), 0);
}
