import { type Latent, mix } from '../../tensor.ts';
import { march, type Sampler, slope } from '../sampler.ts';
import { adamsBashforth } from './pndm.ts';

/** iPNDM: PNDM's multistep without its start; the order rises with the answers there are. Zhang & Chen 2022, § 3.2. */
export const ipndm: Sampler = (denoise, x, sigmas, options = {}) => {
  let answers: Latent[] = [];
  return march(denoise, x, sigmas, options, ({ x, x0, sigma, next }) => {
    answers = [slope(x, x0, sigma), ...answers].slice(0, 4);
    const [first] = answers;
    if (answers.length === 1) return mix([1, x0], [next, first!]); // the same, where σ may be so large that x hides x₀
    return mix([1, x], [next - sigma, adamsBashforth(answers)]);
  });
};
