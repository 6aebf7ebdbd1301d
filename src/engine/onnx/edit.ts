/** A graph with some of its weights exchanged, ready for the runtime. The files it comes from stay as they are. */
import { mkdtemp, open, readFile, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join as joinPath, parse, relative } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { ElementType } from './elements.ts';
import { type Extern, externalInitializer, type Initializer, inlineInitializer } from './initializer.ts';
import { type Model, readModel, writeModel } from './model.ts';
import { join, sizeOf } from './wire.ts';

/** What openNetwork takes: a file as it is, or an edited graph. */
export type NetworkSource = string | EditedGraph;

export interface EditedGraph {
  model: Uint8Array;
  /** Where the graph's external data is looked for. */
  folder: string;
  /** To be called once the runtime has read it. */
  dispose(): Promise<void>;
}

/** A weight's new contents. */
export interface Exchange {
  type: ElementType;
  dims: readonly number[];
  bytes: Uint8Array;
}

const MOST_INSIDE = 64 * 2 ** 20; // bytes of new weights that travel inside the graph; more of them go through a file
const MOST_GRAPH = 2 ** 31 - 2 ** 20; // a protobuf message's limit

export async function openGraph(file: string): Promise<Model> {
  const { size } = await stat(file);
  if (size > MOST_GRAPH)
    throw new AppError('model_corrupt', `${file} is larger than an ONNX file may be; its weights must lie beside it.`);
  return readModel(await readFile(file));
}

/** A graph file with other nodes, inputs or outputs; what lies beside it stays there. */
export async function editedGraph(file: string, edit: (model: Model) => Model): Promise<EditedGraph> {
  const model = join(writeModel(edit(await openGraph(file))));
  return { model, folder: dirname(file), dispose: async () => {} };
}

/**
 * The model with these weights. They are asked for one by one, so that only one of them is in memory at a time when
 * there are many: those are written to a temporary file, which the runtime maps, beside the model's own.
 */
export async function exchangeWeights(
  file: string,
  model: Model,
  names: ReadonlySet<string>,
  weightOf: (weight: Initializer) => Promise<Exchange>,
  { mostInside = MOST_INSIDE }: { mostInside?: number } = {},
): Promise<EditedGraph> {
  const inside = createSpill(mostInside);
  try {
    const edited = new Map<string, Initializer>();
    for (const weight of model.initializers.filter(({ name }) => names.has(name)))
      edited.set(weight.name, await inside.put(weight.name, await weightOf(weight)));
    const root = parse(await realpath(dirname(file))).root;
    const folder = inside.folder ? root : dirname(file);
    const home = inside.folder ? relative(root, await realpath(dirname(file))) : undefined;
    const initializers = model.initializers.map((weight) => edited.get(weight.name) ?? moved(weight, home));
    const chunks = writeModel({ ...model, initializers });
    if (sizeOf(chunks) > MOST_GRAPH)
      throw new AppError('out_of_memory', 'The model with its adapters is larger than one graph may be.');
    return { model: join(chunks), folder, dispose: inside.dispose };
  } catch (error) {
    await inside.dispose();
    throw error;
  }
}

/** The runtime lets external data lie below one folder only: the root, once there are two places. */
function moved(weight: Initializer, home: string | undefined): Initializer {
  const { name, type, dims, extern } = weight;
  if (!extern || home === undefined) return weight;
  if (!type || extern.length === undefined)
    throw new AppError('model_corrupt', `The external data of the weight ${name} does not say how long it is.`);
  return externalInitializer(name, type, dims, {
    ...extern,
    length: extern.length,
    location: joinPath(home, extern.location),
  });
}

/** Keeps weights in memory until they are too many, then in a temporary file. */
function createSpill(mostInside: number) {
  let inside = 0;
  let offset = 0;
  let folder: string | undefined;
  let file: string | undefined;
  const append = async (bytes: Uint8Array): Promise<Required<Extern>> => {
    folder ??= await realpath(await mkdtemp(joinPath(tmpdir(), 'atelier-weights-')));
    file ??= joinPath(folder, 'weights.bin');
    const handle = await open(file, 'a');
    try {
      await handle.appendFile(bytes);
    } catch (cause) {
      throw new AppError(
        'storage_full',
        `There is no space in ${tmpdir()} for the weights of the model with its adapters.`,
        { cause },
      );
    } finally {
      await handle.close();
    }
    const where = { location: relative(parse(file).root, file), offset, length: bytes.length };
    offset += bytes.length;
    return where;
  };
  return {
    get folder() {
      return folder;
    },
    async put(name: string, { type, dims, bytes }: Exchange): Promise<Initializer> {
      inside += bytes.length;
      if (inside <= mostInside) return inlineInitializer(name, type, dims, bytes);
      return externalInitializer(name, type, dims, await append(bytes));
    },
    async dispose() {
      if (folder) await rm(folder, { recursive: true, force: true }).catch(() => {}); // still mapped, on some systems
    },
  };
}
