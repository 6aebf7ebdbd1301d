import { type Latent, mix } from '../../tensor.ts';
import { type Moment, march, recall, type Sampler, slope } from '../sampler.ts';

export interface DeisSettings {
  /** 1 to 3. */
  order: number;
  lowerOrderFinal: boolean;
}

/** DEIS: the polynomial in log σ through the last slopes, integrated over the step. Zhang & Chen 2022, § 3.3 (tAB, ρ-time). */
export const deis =
  (settings: DeisSettings): Sampler =>
  (denoise, x, sigmas, options = {}) => {
    let past = recall<{ d: Latent; sigma: number }[]>(options, []);
    const step = (moment: Moment) => {
      const { x, x0, sigma, next } = moment;
      past = [{ d: slope(x, x0, sigma), sigma }, ...past].slice(0, 3);
      const order = Math.min(orderAt(moment, settings), past.length);
      if (order === 1) return mix([1, x], [next - sigma, past[0]!.d]);
      const used = past.slice(0, order);
      const nodes = used.map((one) => Math.log(one.sigma));
      return mix([1, x], ...used.map(({ d }, k) => [basisIntegral(nodes, k, sigma, next), d] as const));
    };
    return march(denoise, x, sigmas, options, step, () => past);
  };

function orderAt({ i, total, next }: Moment, { order, lowerOrderFinal }: DeisSettings): number {
  const short = lowerOrderFinal && total < 15;
  if (i === total - 1 && (short || next === 0)) return 1; // log 0 is no node
  return i === total - 2 && short ? Math.min(order, 2) : order;
}

/** ∫ dσ of Lagrange's polynomial in L = log σ that is 1 at nodes[k] and 0 at the others: ∫L = σ(L−1), ∫L² = σ(L²−2L+2). */
function basisIntegral(nodes: readonly number[], k: number, from: number, to: number): number {
  const others = nodes.filter((_, j) => j !== k);
  const scale = others.reduce((product, node) => product * (nodes[k]! - node), 1);
  const [a, b] = others as [number, number?];
  const antiderivative = (sigma: number) => {
    const L = Math.log(sigma);
    return b === undefined ? sigma * (L - 1 - a) : sigma * (L ** 2 - 2 * L + 2 - (a + b) * (L - 1) + a * b);
  };
  return (antiderivative(to) - antiderivative(from)) / scale;
}
