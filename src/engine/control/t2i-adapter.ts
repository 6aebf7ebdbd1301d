/** Features of a hint picture for the U-Net's blocks, the same in every step. T2I-Adapter: Mou et al. 2023. */
import { AppError } from '../../core/errors.ts';
import type { Residuals } from '../diffusion/predictor.ts';
import type { Clock, Feed, Network } from '../network.ts';
import { arrange, type Shape } from './residuals.ts';

export interface T2iAdapter {
  /** `hint` is [3, height, width]; one feature map per place. */
  features(hint: Feed, shapes: readonly (readonly Shape[])[], clock: Clock): Promise<Residuals>;
  release(): Promise<void>;
}

/** One picture a call, always: its features are the same in any company. */
export function createT2iAdapter(network: Network, model: string): T2iAdapter {
  const [input] = network.inputs;
  if (network.inputs.length !== 1 || input!.shape.length !== 4)
    throw new AppError('model_corrupt', `The T2I-Adapter ${model} must take one hint picture [1, 3, height, width].`);
  return {
    async features({ data, dims }, shapes, clock) {
      const answers = await network.run({ [input!.name]: { data, dims: [1, ...dims] } }, clock);
      const outputs = network.outputs.map(({ name }) => ({ name, data: answers[name]! }));
      return arrange(outputs, shapes, 1, model);
    },
    release: network.release,
  };
}
