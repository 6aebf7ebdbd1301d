import { blend, type Latent, mix } from '../../tensor.ts';
import { type Moment, march, recall, type Sampler } from '../sampler.ts';
import { type DpmAlgorithm, type Integrator, integrate, remembered, type SolverType, shares } from './dpm.ts';

export interface SinglestepSettings {
  order: number;
  algorithm: DpmAlgorithm;
  solver: SolverType;
  lowerOrderFinal: boolean;
  flatThird?: boolean;
}

interface Past {
  answer: Latent;
  x: Latent;
  sigma: number;
}

/** DPM-Solver single-step: groups of steps of rising order, each from the group's first x. Lu et al. 2022a, Algorithms 1–2. */
export const dpmSinglestep =
  (settings: SinglestepSettings): Sampler =>
  (denoise, x, sigmas, options = {}) => {
    const { algorithm } = settings;
    const orders = ordersOf(sigmas, settings);
    // `known`: answers of this walk so far
    let { past, known } = recall<{ past: Past[]; known: number }>(options, { past: [], known: 0 });
    const step = ({ x, x0, sigma, next, i }: Moment) => {
      known++;
      past = [{ answer: remembered(algorithm, x, x0, sigma), x, sigma }, ...past].slice(0, 3);
      const order = Math.min(orders[i]!, known); // a walk that begins in the middle of a group has nothing to look back to
      if (order === 1) past = past.slice(0, 1);
      const group = past[past.length - 1]!;
      const integrator = { algorithm, from: group.sigma, to: next };
      const target =
        order === 1
          ? group.answer
          : order === 2
            ? second(past, integrator, settings)
            : third(past, integrator, settings);
      return integrate(integrator, group.x, target, options.noise);
    };
    return march(denoise, x, sigmas, options, step, () => ({ past, known }));
  };

/** The order of every step: 1, 2, 3, 1, 2, 3 … with lower ones at the end where the steps do not divide. */
function ordersOf(sigmas: readonly number[], { order, lowerOrderFinal }: SinglestepSettings): number[] {
  const steps = sigmas.length - 1;
  const zero = sigmas[steps] === 0;
  const lower = lowerOrderFinal || zero || steps % order !== 0;
  const orders = Array.from({ length: steps }, (_, i) => 1 + (i % order));
  if (!lower) return orders;
  if (order === 3 && steps % 3 === 0) orders.splice(steps - 3, 3, 1, 2, 1);
  if (order === 2 && steps % 2 === 0) orders.splice(steps - 2, 2, 1, 1);
  if (zero) orders[steps - 1] = 1;
  return orders;
}

const lambda = (sigma: number) => -Math.log(sigma);

/** D₀ + φ·D₁, of the group's first answer and the one in its middle. */
function second([now, first]: readonly Past[], integrator: Integrator, { solver }: SinglestepSettings): Latent {
  const h = lambda(integrator.to) - lambda(first!.sigma);
  const r = (lambda(now!.sigma) - lambda(first!.sigma)) / h;
  const share = (solver === 'heun' ? shares(integrator).first : 0.5) / r;
  return blend(1 - share, first!.answer, share, now!.answer);
}

/** D₀ + φ₁·D₁ (+ φ₂·D₂ with Heun's weights), of the group's three answers. */
function third([now, middle, first]: readonly Past[], integrator: Integrator, settings: SinglestepSettings): Latent {
  const h = lambda(integrator.to) - lambda(first!.sigma);
  const [r0, r1] = [now!, middle!].map(({ sigma }) => (lambda(sigma) - lambda(first!.sigma)) / h) as [number, number];
  const share = shares(integrator);
  if (settings.solver === 'midpoint') return blend(1 - share.first / r0, first!.answer, share.first / r0, now!.answer);
  const lost = 1 - (integrator.to / integrator.from) ** 2;
  const curve = settings.flatThird && settings.algorithm === 'sde-dpmsolver++' ? share.second - 1 / lost : share.second;
  // D₁ = (r₀·(m₁−m)/r₁ − r₁·(m₀−m)/r₀)/(r₀−r₁), D₂ = 2((m₀−m)/r₀ − (m₁−m)/r₁)/(r₀−r₁)
  const near = (-share.first * r1 + 2 * curve) / (r0 * (r0 - r1));
  const far = (share.first * r0 - 2 * curve) / (r1 * (r0 - r1));
  return mix([1 - near - far, first!.answer], [near, now!.answer], [far, middle!.answer]);
}
