/** The numbers of a weight, wherever they lie. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { elementBytes, elementCount } from './elements.ts';
import { type Initializer, inlineBytes } from './initializer.ts';

/** As stored. `folder` is where the graph's file lies: only the stretch that is asked for is read. */
export async function readWeight(weight: Initializer, folder: string): Promise<Uint8Array> {
  const { name, type, dims, extern } = weight;
  const bytes = extern ? undefined : inlineBytes(weight);
  if (bytes) return bytes;
  if (!extern || !type)
    throw new AppError('model_corrupt', `The weight ${name} is of a type that cannot be read (${type ?? 'unknown'}).`);
  const length = elementCount(dims) * elementBytes(type);
  if (extern.length !== undefined && extern.length !== length)
    throw new AppError('model_corrupt', `The weight ${name} has ${extern.length} bytes, which is not its shape's.`);
  const file = await open(join(folder, extern.location)).catch((cause: unknown) => {
    throw new AppError('model_missing', `The model lacks its file ${extern.location}.`, { cause });
  });
  try {
    const out = new Uint8Array(length);
    const { bytesRead } = await file.read(out, 0, length, extern.offset);
    if (bytesRead === length) return out;
    throw new AppError('model_corrupt', `The file ${extern.location} ends before the weight ${name}.`);
  } finally {
    await file.close();
  }
}
