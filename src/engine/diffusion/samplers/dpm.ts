/** The exponential integrator that all DPM-Solvers share. Lu et al. 2022a (noise) and 2022b (data, "++"), with α = 1. */
import { blend, type Latent, mix } from '../../tensor.ts';
import { slope } from '../sampler.ts';

/** What is integrated, and whether fresh noise is added (the SDE). */
export const DPM_ALGORITHMS = ['dpmsolver++', 'dpmsolver', 'sde-dpmsolver++', 'sde-dpmsolver'] as const;
export type DpmAlgorithm = (typeof DPM_ALGORITHMS)[number];

/** How the first derivative counts in second order: the midpoint's half, or Heun's exact integral. */
export type SolverType = 'midpoint' | 'heun';

export interface Integrator {
  algorithm: DpmAlgorithm;
  from: number;
  to: number;
}

/** What the solver remembers of a model call: x₀, or the noise. */
export const remembered = (algorithm: DpmAlgorithm, x: Latent, x0: Latent, sigma: number): Latent =>
  algorithm.endsWith('++') ? x0 : slope(x, x0, sigma);

/**
 * ∫ of a Taylor polynomial D₀ + D₁(λ−λₛ)/h + D₂(λ−λₛ)²/2h² against the exponential, relative to D₀'s share:
 * φ₁ of D₁, φ₂ of D₂.
 */
export function shares({ algorithm, from, to }: Integrator): { first: number; second: number } {
  const h = Math.log(from / to);
  if (!algorithm.endsWith('++')) {
    const grown = Math.expm1(h);
    return { first: (grown / h - 1) / grown, second: ((grown - h) / h ** 2 - 0.5) / grown };
  }
  const z = algorithm === 'dpmsolver++' ? h : 2 * h;
  const lost = -Math.expm1(-z);
  return { first: (1 - lost / z) / lost, second: (0.5 - (z - lost) / z ** 2) / lost };
}

/** x at σ = to, from x at σ = from and the mean `target` of what was integrated between; `noise` for the SDEs. */
export function integrate(
  { algorithm, from, to }: Integrator,
  x: Latent,
  target: Latent,
  noise: (() => Latent) | undefined,
): Latent {
  const q = to / from; // e^−h
  if (algorithm === 'dpmsolver++') return blend(q, x, 1 - q, target);
  if (algorithm === 'dpmsolver') return blend(1, x, to - from, target);
  const fresh = noise?.();
  const [step, spread] =
    algorithm === 'sde-dpmsolver++'
      ? [blend(q ** 2, x, 1 - q ** 2, target), to * Math.sqrt(1 - q ** 2)]
      : [blend(1, x, 2 * (to - from), target), Math.sqrt(from ** 2 - to ** 2)];
  return fresh ? mix([1, step], [spread, fresh]) : step;
}
