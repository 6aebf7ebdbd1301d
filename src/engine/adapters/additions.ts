/** A model's graphs with what a recipe adds to them: LoRAs merged into weights, learned words appended to tables. */
import { dirname } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { type Exchange, exchangeWeights, type NetworkSource, openGraph } from '../onnx/edit.ts';
import { decodeWeight, encodeWeight, type Initializer } from '../onnx/initializer.ts';
import type { Model } from '../onnx/model.ts';
import { readWeight } from '../onnx/weights.ts';
import { readVectors, type Vectors, wrongWidth } from './embedding.ts';
import { findLayer, findLayers, type Layer } from './layers.ts';
import { type Change, type Lora, readLora } from './lora.ts';
import { PARTS, type Part } from './lora-names.ts';
import { addChange } from './merge.ts';
import { openSafetensors, type Safetensors } from './safetensors.ts';
import { findTable, shieldEnd } from './tokens.ts';

/** What is added, by where it lies. */
export interface Additions {
  adapters: readonly { name: string; file: string; weight: number }[];
  embeddings: readonly { name: string; file: string }[];
}

export const NO_ADDITIONS: Additions = { adapters: [], embeddings: [] };

export interface Modified {
  source: NetworkSource;
  /** '<name>' → the ids that the tokenizer is to put in its place. */
  tokens: ReadonlyMap<string, readonly number[]>;
}

/** One part of a model with what is added to it; the file itself when that is nothing. `onWeight`: one more is done. */
export async function modify(
  graphFile: string,
  part: Part,
  { adapters, embeddings }: Additions,
  onWeight: () => void = () => {},
): Promise<Modified> {
  const active = adapters.filter(({ weight }) => weight !== 0);
  const words = WITH_WORDS.has(part) ? embeddings : [];
  if (active.length + words.length === 0) return { source: graphFile, tokens: new Map() };
  return opened([...active, ...words], async (files) => {
    const loras = await Promise.all(active.map(({ file }) => readLora(files.get(file)!)));
    const changes = loras.flatMap((lora, i) =>
      lora.changes
        .filter((change) => isOf(change, part))
        .map((change) => ({ lora, change, weight: active[i]!.weight })),
    );
    if (changes.length + words.length === 0) return { source: graphFile, tokens: new Map() };
    const model = await openGraph(graphFile);
    const merged = plan(model, part, changes);
    const table = words.length > 0 ? findTable(model, part) : undefined;
    const learned = table ? await learn(table, part, words, files) : undefined;

    const folder = dirname(graphFile);
    const weightOf = async (weight: Initializer): Promise<Exchange> => {
      const values = decodeWeight(weight, await readWeight(weight, folder));
      for (const { layer, lora, change, weight: strength } of merged.get(weight.name) ?? [])
        await addChange(values, layer, lora, change, strength);
      onWeight();
      const longer =
        weight === table && learned ? append(values, weight.dims, learned.rows) : { values, dims: weight.dims };
      return { type: weight.type!, dims: longer.dims, bytes: encodeWeight(weight, longer.values) };
    };
    const prepared = table ? withoutShapes(shieldEnd(model, table.dims[0]!)) : model;
    const names = new Set([...merged.keys(), ...(table ? [table.name] : [])]);
    return {
      source: await exchangeWeights(graphFile, prepared, names, weightOf),
      tokens: learned?.tokens ?? new Map(),
    };
  });
}

const WITH_WORDS: ReadonlySet<Part> = new Set(['text_encoder', 'text_encoder_2']); // T5 has no learned words

const isOf = ({ part: of }: Pick<Change, 'part'>, part: Part): boolean =>
  of === part || (of === 'backbone' && (part === 'unet' || part === 'transformer'));

/** Throws invalid_request for a LoRA that changes a network the model does not have, or none at all. */
export async function refuseStrangers({ adapters }: Additions, parts: readonly Part[]): Promise<void> {
  const active = adapters.filter(({ weight }) => weight !== 0);
  await opened(active, async (files) => {
    for (const { file } of active) {
      const { changes } = await readLora(files.get(file)!);
      const strange = changes.find((change) => !parts.some((part) => isOf(change, part)));
      if (strange)
        throw new AppError(
          'invalid_request',
          `The LoRA ${files.get(file)!.label} was made for another kind of model: it has ${strange.down}, and this model has no ${strange.part}, only ${PARTS.filter((part) => parts.includes(part)).join(', ')}.`,
        );
    }
  });
}

interface Step {
  lora: Lora;
  change: Change;
  weight: number;
}

/** Which weights of the graph change, and by what. */
function plan(model: Model, part: Part, steps: readonly Step[]): Map<string, (Step & { layer: Layer })[]> {
  const layers = findLayers(model);
  const merged = new Map<string, (Step & { layer: Layer })[]>();
  for (const step of steps) {
    const layer = findLayer(layers, step.change.path);
    if (!layer)
      throw new AppError(
        'invalid_request',
        `The LoRA ${step.lora.file.label} does not fit this model: it has ${step.change.down}, and the model’s ${part} has no layer ${step.change.path} (of the ${layers.size} that can be changed).`,
      );
    merged.set(layer.weight, [...(merged.get(layer.weight) ?? []), { ...step, layer }]);
  }
  return merged;
}

/** Ids behind the table's end, one per vector. */
async function learn(table: Initializer, part: Part, words: Additions['embeddings'], files: Files) {
  const [known, width] = [table.dims[0]!, table.dims[1]!];
  const tokens = new Map<string, readonly number[]>();
  const rows: Vectors[] = [];
  let next = known;
  for (const { name, file } of words) {
    const vectors = await readVectors(files.get(file)!, part, width);
    if (!vectors) throw wrongWidth(files.get(file)!, width);
    const from = next;
    next += vectors.count;
    rows.push(vectors);
    tokens.set(
      `<${name.toLowerCase()}>`,
      Array.from({ length: vectors.count }, (_, i) => from + i),
    );
  }
  return { tokens, rows };
}

function append(values: Float32Array, [words, width]: readonly number[], rows: readonly Vectors[]) {
  const added = rows.reduce((sum, { count }) => sum + count, 0);
  const longer = new Float32Array(values.length + added * width!);
  longer.set(values);
  let at = values.length;
  for (const { data } of rows) {
    longer.set(data, at);
    at += data.length;
  }
  return { values: longer, dims: [words! + added, width!] };
}

/** Shapes noted for inner values are hints, and the table's is not true any more. */
const withoutShapes = (model: Model): Model => ({
  ...model,
  graph: model.graph.filter(({ number }) => number !== VALUE_INFO),
});
const VALUE_INFO = 13;

type Files = ReadonlyMap<string, Safetensors>;

async function opened<T>(wanted: readonly { file: string }[], work: (files: Files) => Promise<T>): Promise<T> {
  const files = new Map<string, Safetensors>();
  try {
    for (const { file } of wanted) if (!files.has(file)) files.set(file, await openSafetensors(file));
    return await work(files);
  } finally {
    for (const file of files.values()) await file.close();
  }
}
