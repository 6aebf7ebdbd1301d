/** Which of the trained timesteps to visit, highest first. Table 2 of Lin et al. 2023; rounding as in diffusers. */

export type Spacing = 'leading' | 'trailing' | 'linspace';

export interface Visit {
  /** Timesteps the model was trained on. */
  total: number;
  steps: number;
  spacing: Spacing;
  /** Added to every timestep of `leading`. */
  offset: number;
}

/** numpy's: halves go to the even neighbour. */
export function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** numpy.linspace(from, to, n), the end exact. */
export const linspace = (from: number, to: number, n: number): number[] =>
  Array.from({ length: n }, (_, i) => (i === n - 1 && n > 1 ? to : from + i * ((to - from) / Math.max(1, n - 1))));

/** numpy.arange(total, 0, −stride), rounded, less one. */
function trailing(total: number, stride: number): number[] {
  const delta = total - stride - total;
  return Array.from({ length: Math.ceil(total / stride) }, (_, i) => roundHalfEven(total + i * delta) - 1);
}

const leading = ({ offset }: Visit, steps: number, stride: number): number[] =>
  Array.from({ length: steps }, (_, i) => (steps - 1 - i) * stride + offset);

/** Of samplers that know trained timesteps only: DDPM, DDIM, PNDM. */
export function wholeTimesteps(visit: Visit): number[] {
  const { total, steps, spacing } = visit;
  if (spacing === 'leading') return leading(visit, steps, Math.floor(total / steps));
  if (spacing === 'trailing') return trailing(total, total / steps);
  return linspace(0, total - 1, steps)
    .map(roundHalfEven)
    .reverse();
}

/** Of samplers in σ, which may ask between two trained timesteps: Euler, Heun, LMS, KDPM2. Evenly spaced ones are kept fractional. */
export function fractionalTimesteps(visit: Visit): number[] {
  const { total, steps, spacing } = visit;
  if (spacing !== 'linspace') return wholeTimesteps(visit);
  return linspace(0, total - 1, steps)
    .map(Math.fround)
    .reverse();
}

/** Of the multistep solvers, which end above the last timestep: DPM-Solver, UniPC, DEIS, SA-Solver. `last`: timesteps not cut off for too little light. */
export function solverTimesteps(visit: Visit, last = visit.total): number[] {
  const { total, steps, spacing } = visit;
  if (spacing === 'leading') return leading(visit, steps + 1, Math.floor(last / (steps + 1))).slice(0, -1);
  if (spacing === 'trailing') return trailing(last, total / steps);
  return linspace(0, last - 1, steps + 1)
    .map(roundHalfEven)
    .reverse()
    .slice(0, -1);
}

/** Of consistency models: `steps` of the `origin` timesteps that the model was distilled on. Luo et al. 2023, § 4.3. */
export function distilledTimesteps(total: number, origin: number, steps: number, strength = 1): number[] {
  const stride = Math.floor(total / origin);
  const known = Array.from({ length: Math.trunc(origin * strength) }, (_, i) => (i + 1) * stride - 1).reverse();
  return Array.from({ length: steps }, (_, i) => known[Math.floor(i * (known.length / steps))]!);
}
