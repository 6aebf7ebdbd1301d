import { blend, type Latent, mix } from '../../tensor.ts';
import { type Moment, march, recall, type Sampler } from '../sampler.ts';
import { type DpmAlgorithm, type Integrator, integrate, remembered, type SolverType, shares } from './dpm.ts';

export interface MultistepSettings {
  /** 1 to 3. */
  order: number;
  algorithm: DpmAlgorithm;
  solver: SolverType;
  /** The last steps of short walks (under 15) drop an order. */
  lowerOrderFinal: boolean;
  eulerAtFinal: boolean;
  /** diffusers counts the third order's curvature in `sde-dpmsolver++` one too low; its own configurations get the same. */
  flatThird?: boolean;
}

interface Past {
  answer: Latent;
  /** Length in λ = −log σ of the step that was made from it. */
  h: number;
}

/** DPM-Solver multistep: second or third order by remembering the last answers. Lu et al. 2022b, Algorithm 2. */
export const dpmMultistep =
  (settings: MultistepSettings): Sampler =>
  (denoise, x, sigmas, options = {}) => {
    const { algorithm } = settings;
    let past = recall<Past[]>(options, []);
    const step = (moment: Moment) => {
      const { x, x0, sigma, next } = moment;
      const answer = remembered(algorithm, x, x0, sigma);
      past = [{ answer, h: Math.log(sigma / next) }, ...past].slice(0, 3);
      const order = Math.min(orderAt(moment, settings), past.length);
      const integrator = { algorithm, from: sigma, to: next };
      const target =
        order === 1 ? answer : order === 2 ? second(past, integrator, settings) : third(past, integrator, settings);
      return integrate(integrator, x, target, options.noise);
    };
    return march(denoise, x, sigmas, options, step, () => past);
  };

function orderAt({ i, total, next }: Moment, { order, lowerOrderFinal, eulerAtFinal }: MultistepSettings): number {
  const short = lowerOrderFinal && total < 15;
  if (i === total - 1 && (short || eulerAtFinal || next === 0)) return 1;
  return i === total - 2 && short ? Math.min(order, 2) : order;
}

/** D₀ + φ·D₁ with D₁ = (m₀ − m₁)/r. */
function second([now, last]: readonly Past[], integrator: Integrator, { solver }: MultistepSettings): Latent {
  const r = last!.h / now!.h;
  const share = (solver === 'heun' ? shares(integrator).first : 0.5) / r;
  return blend(1 + share, now!.answer, -share, last!.answer);
}

/** D₀ + φ₁·D₁ + φ₂·D₂, with the derivatives of the parabola through three answers. */
function third([now, last, first]: readonly Past[], integrator: Integrator, { flatThird }: MultistepSettings): Latent {
  const [r0, r1] = [last!.h / now!.h, first!.h / now!.h];
  const share = shares(integrator);
  const lost = 1 - (integrator.to / integrator.from) ** 2;
  const curve = flatThird && integrator.algorithm === 'sde-dpmsolver++' ? share.second - 1 / lost : share.second;
  const near = (share.first * (1 + r0 / (r0 + r1)) + curve / (r0 + r1)) / r0; // of m₀ − m₁
  const far = -(share.first * (r0 / (r0 + r1)) + curve / (r0 + r1)) / r1; // of m₁ − m₂
  return mix([1 + near, now!.answer], [far - near, last!.answer], [-far, first!.answer]);
}
