import { type Latent, mix } from '../../tensor.ts';
import { type Moment, march, recall, type Sampler, slope } from '../sampler.ts';

const ORDER = 4;

/** Linear multistep: the polynomial through the last four slopes, integrated over the step. Crowson 2022, after Adams & Bashforth. */
export const lms: Sampler = (denoise, x, sigmas, options = {}) => {
  let slopes = recall<Latent[]>(options, []);
  const step = ({ x, x0, sigma, next, i }: Moment) => {
    slopes = [slope(x, x0, sigma), ...slopes].slice(0, ORDER);
    const order = Math.min(i + 1, ORDER); // of the whole walk, even where it began later
    const nodes = Array.from({ length: order }, (_, k) => sigmas[i - k]!);
    return mix([1, x], ...slopes.slice(0, order).map((d, k) => [basisIntegral(nodes, k, sigma, next), d] as const));
  };
  return march(denoise, x, sigmas, options, step, () => slopes);
};

const GAUSS = [
  [-0.8611363115940526, 0.3478548451374538],
  [-0.3399810435848563, 0.6521451548625461],
  [0.3399810435848563, 0.6521451548625461],
  [0.8611363115940526, 0.3478548451374538],
] as const;

/** ∫ of Lagrange's polynomial that is 1 at nodes[k] and 0 at the others; exact to degree 7 by Gauss-Legendre. */
function basisIntegral(nodes: readonly number[], k: number, from: number, to: number): number {
  const basis = (t: number) =>
    nodes.reduce((product, node, j) => (j === k ? product : (product * (t - node)) / (nodes[k]! - node)), 1);
  const [middle, half] = [(from + to) / 2, (to - from) / 2];
  return half * GAUSS.reduce((sum, [at, weight]) => sum + weight * basis(middle + half * at), 0);
}
