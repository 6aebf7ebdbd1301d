/** Textual inversions: words that were learned, as vectors for a text encoder's table. Gal et al. 2022. */
import { AppError } from '../../core/errors.ts';
import type { Safetensors } from './safetensors.ts';

export interface Vectors {
  data: Float32Array;
  count: number;
  width: number;
}

/** SDXL's two text encoders, as its embeddings name them. */
const TOWERS: Readonly<Record<string, string>> = {
  text_encoder: 'clip_l',
  text_encoder_2: 'clip_g',
  text_encoder_3: 't5xxl',
};

/**
 * The vectors for one text encoder; undefined when the file has none for it. One tensor alone is for the encoder whose
 * width it has: A1111 calls it emb_params, diffusers after the word.
 */
export async function readVectors(file: Safetensors, part: string, width: number): Promise<Vectors | undefined> {
  const named = file.tensors.get(TOWERS[part] ?? '');
  const several = Object.values(TOWERS).some((name) => file.tensors.has(name));
  const [only] = file.tensors.values();
  if (!several && file.tensors.size !== 1)
    throw new AppError(
      'invalid_request',
      `${file.label} is not a textual inversion: it has ${file.tensors.size} tensors where emb_params, or clip_l and clip_g, are expected.`,
    );
  const tensor = several ? named : only!;
  if (!tensor) return undefined;
  const [count, wide] = tensor.shape.length === 1 ? [1, tensor.shape[0]!] : [tensor.shape[0]!, tensor.shape[1]!];
  if (tensor.shape.length > 2 || count < 1 || count > MOST_VECTORS)
    throw new AppError(
      'invalid_request',
      `${file.label} is not a textual inversion: ${tensor.name} has the shape [${tensor.shape.join(', ')}].`,
    );
  if (wide !== width) {
    if (!several) return undefined;
    throw wrongWidth(file, width);
  }
  return { data: await file.floats(tensor.name), count, width };
}

const MOST_VECTORS = 75; // what a prompt has room for

export function wrongWidth(file: Safetensors, wants: number): AppError {
  const has = [...file.tensors.values()].map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ');
  return new AppError(
    'invalid_request',
    `The embedding ${file.label} was made for another kind of model: it has ${has}, where vectors of ${wants} numbers are needed.`,
  );
}
