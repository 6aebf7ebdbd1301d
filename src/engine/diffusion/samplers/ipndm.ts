import { type Latent, mix } from '../../tensor.ts';
import { type Moment, marchByNoise, recall, type Sampler } from '../sampler.ts';
import { adamsBashforth } from './pndm.ts';

/** iPNDM: PNDM's multistep without its start; the order rises with the answers there are. Zhang & Chen 2022, § 3.2. */
export const ipndm: Sampler = (denoise, x, sigmas, options = {}) => {
  let answers = recall<Latent[]>(options, []);
  const step = ({ x, x0, epsilon, sigma, next }: Moment & { epsilon: Latent }) => {
    answers = [epsilon, ...answers].slice(0, 4);
    if (answers.length === 1) return mix([1, x0], [next, epsilon]); // the same, where σ may be so large that x hides x₀
    return mix([1, x], [next - sigma, adamsBashforth(answers)]);
  };
  return marchByNoise(denoise, x, sigmas, options, step, () => answers);
};
