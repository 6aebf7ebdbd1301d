/** A picture as words: image encoder, and what turns its answer into tokens. IP-Adapter: Ye et al. 2023. */
import { AppError } from '../../core/errors.ts';
import type { Picture } from '../../core/picture.ts';
import type { Row } from '../diffusion/predictor.ts';
import type { Clock, Network } from '../network.ts';
import { blend } from '../tensor.ts';
import { type Eyes, squared } from './eyes.ts';

export type ImageTokens = NonNullable<Row['imageTokens']>;

export interface IpAdapter {
  /** `weight` moves the tokens from those of no picture (0) to the picture's (1) and beyond. */
  tokens(picture: Picture, weight: number, clock: Clock): Promise<ImageTokens>;
  release(): Promise<void>;
}

interface Parts {
  encoder: Network;
  /** Embeddings → tokens; absent where the encoder or the U-Net does that. */
  projection?: Network | undefined;
}

/** One picture a call, always: its tokens are the same in any company. */
export function createIpAdapter({ encoder, projection }: Parts, eyes: Eyes, model: string): IpAdapter {
  const [picturePort, output] = [encoder.inputs[0]!, encoder.outputs[0]!];
  if (encoder.inputs.length !== 1 || picturePort.shape.length !== 4)
    throw new AppError('model_corrupt', `The image encoder of ${model} must take one picture [1, 3, height, width].`);

  const embed = async (picture: Picture, clock: Clock): Promise<Float32Array> => {
    const { data } = await squared(picture, eyes, 'cut');
    const dims = [1, 3, eyes.size, eyes.size];
    return (await encoder.run({ [picturePort.name]: { data, dims } }, clock))[output.name]!;
  };

  /** As diffusers: no picture is an embedding of zeros, not a black picture. */
  const project = async (embedding: Float32Array, clock: Clock): Promise<ImageTokens> => {
    const before = tokensOf(embedding, output.shape, model);
    if (!projection) return before;
    const [input, answer] = [projection.inputs[0]!, projection.outputs[0]!];
    const dims = input.shape.length === 2 ? [1, embedding.length] : [1, before.tokens, before.width];
    const data = (await projection.run({ [input.name]: { data: embedding, dims } }, clock))[answer.name]!;
    return tokensOf(data, answer.shape, model);
  };

  return {
    async tokens(picture, weight, clock) {
      const embedding = await embed(picture, clock);
      const nothing = await project(new Float32Array(embedding.length), clock);
      if (weight === 0) return nothing;
      const something = await project(embedding, clock);
      return weight === 1 ? something : { ...something, data: blend(weight, something.data, 1 - weight, nothing.data) };
    },
    async release() {
      await encoder.release();
      await projection?.release();
    },
  };
}

/** [1, width] is one token, [1, tokens, width] several. */
function tokensOf(data: Float32Array, shape: readonly (number | string)[], model: string): ImageTokens {
  const width = shape.length === 2 ? data.length : shape.at(-1)!;
  if (typeof width === 'number' && data.length % width === 0) return { data, tokens: data.length / width, width };
  throw new AppError('model_corrupt', `A graph of ${model} does not say how wide its tokens are.`);
}
