/** Writes a model to a folder of its own: one file, or weights beside the graph when they are many. */
import { open, writeFile } from 'node:fs/promises';
import { dirname, join as joinPath } from 'node:path';
import { elementBytes, elementCount } from './elements.ts';
import { externalInitializer, type Initializer, inlineInitializer } from './initializer.ts';
import { type Model, writeModel } from './model.ts';
import { readWeight } from './weights.ts';
import { join } from './wire.ts';

const MOST_INSIDE = 1.5 * 2 ** 30;
const LEAST_OUTSIDE = 1024; // bytes: the runtime wants shapes and the like inside
const BESIDE = 'weights.pb';

/** `from`: the folder that the model's external data lies in now. One weight at a time is in memory. */
export async function saveModel(model: Model, from: string, file: string, mostInside = MOST_INSIDE): Promise<void> {
  const total = model.initializers.reduce((sum, weight) => sum + bytesOf(weight), 0);
  const initializers = total <= mostInside ? await inside(model, from) : await outside(model, from, dirname(file));
  await writeFile(file, join(writeModel({ ...model, initializers })));
}

const bytesOf = ({ type, dims }: Initializer): number => (type ? elementCount(dims) * elementBytes(type) : 0);

const inside = (model: Model, from: string): Promise<Initializer[]> =>
  Promise.all(
    model.initializers.map(async (weight) =>
      weight.extern && weight.type
        ? inlineInitializer(weight.name, weight.type, weight.dims, await readWeight(weight, from))
        : weight,
    ),
  );

async function outside(model: Model, from: string, folder: string): Promise<Initializer[]> {
  const beside = await open(joinPath(folder, BESIDE), 'w');
  const initializers: Initializer[] = [];
  let offset = 0;
  try {
    for (const weight of model.initializers) {
      const { name, type, dims } = weight;
      if (!type || (bytesOf(weight) < LEAST_OUTSIDE && !weight.extern)) {
        initializers.push(weight);
        continue;
      }
      const bytes = await readWeight(weight, from);
      await beside.appendFile(bytes);
      initializers.push(externalInitializer(name, type, dims, { location: BESIDE, offset, length: bytes.length }));
      offset += bytes.length;
    }
  } finally {
    await beside.close();
  }
  return initializers;
}
