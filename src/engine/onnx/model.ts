/** An ONNX model read into its parts, and written back: what nobody changed keeps its bytes. */
import { AppError } from '../../core/errors.ts';
import { type ElementType, elementId, elementType } from './elements.ts';
import { type Initializer, readInitializer } from './initializer.ts';
import { type Operation, readOperation } from './node.ts';
import { type Chunks, type Field, integer, last, lengthed, readFields, text, toInteger, toText } from './wire.ts';

/** An input or output: onnx.proto's ValueInfoProto. */
export interface Value {
  name: string;
  type: ElementType | undefined;
  /** A number where the graph fixes the size, a name where it does not. */
  dims: readonly (number | string)[];
  body: Chunks;
}

export interface Model {
  /** In an order in which they can run. */
  nodes: readonly Operation[];
  initializers: readonly Initializer[];
  inputs: readonly Value[];
  outputs: readonly Value[];
  /** Version per operator set; '' is ONNX' own. */
  opsets: ReadonlyMap<string, number>;
  /** Everything else, in the order it stood in. */
  fields: readonly Field[];
  graph: readonly Field[];
}

const GRAPH = 7;
const OPSET = 8;
const NODE = 1;
const INITIALIZER = 5;
const INPUT = 11;
const OUTPUT = 12;

/** From a file's bytes, which it keeps views into. Throws model_corrupt. */
export function readModel(bytes: Uint8Array): Model {
  const fields = readFields(bytes);
  const found = last(fields, GRAPH);
  if (!found) throw new AppError('model_corrupt', 'This is not an ONNX model: it has no graph.');
  const graph = readFields(found.body);
  const of = (number: number) => graph.filter((field) => field.number === number).map(({ body }) => body);
  return {
    nodes: of(NODE).map(readOperation),
    initializers: of(INITIALIZER).map(readInitializer),
    inputs: of(INPUT).map(readValue),
    outputs: of(OUTPUT).map(readValue),
    opsets: new Map(fields.filter(({ number }) => number === OPSET).map(({ body }) => readOpset(body))),
    fields,
    graph,
  };
}

function readOpset(body: Uint8Array): [string, number] {
  const fields = readFields(body);
  const [domain, version] = [last(fields, 1), last(fields, 2)];
  return [domain ? toText(domain) : '', version ? toInteger(version) : 1];
}

function readValue(body: Uint8Array): Value {
  const within = (bytes: Uint8Array | undefined, number: number) => bytes && last(readFields(bytes), number)?.body;
  const fields = readFields(body);
  const [name, type] = [last(fields, 1), last(fields, 2)];
  const tensor = within(type?.body, 1);
  const element = tensor && last(readFields(tensor), 1);
  const dims = readFields(within(tensor, 2) ?? new Uint8Array()).map(({ body }) => {
    const dim = readFields(body);
    const [size, label] = [last(dim, 1), last(dim, 2)];
    return size ? toInteger(size) : label ? toText(label) : '?';
  });
  return { name: name ? toText(name) : '', type: element && elementType(toInteger(element)), dims, body: [body] };
}

/** What is to be fed: exports of before IR version 4 list their weights among the inputs. */
export function feedsOf({ inputs, initializers }: Pick<Model, 'inputs' | 'initializers'>): Value[] {
  const weights = new Set(initializers.map(({ name }) => name));
  return inputs.filter(({ name }) => !weights.has(name));
}

/** A new input or output. Without dims its shape is whatever comes out. */
export function value(name: string, type: ElementType, dims?: readonly (number | string)[]): Value {
  const shape = dims?.flatMap((dim) => lengthed(1, ...(typeof dim === 'string' ? text(2, dim) : [integer(1, dim)])));
  const tensor = lengthed(1, integer(1, elementId(type)), ...(shape ? lengthed(2, ...shape) : []));
  return { name, type, dims: dims ?? [], body: [...text(1, name), ...lengthed(2, ...tensor)] };
}

/** A new opset_import entry. */
export const opset = (domain: string, version: number): Uint8Array[] =>
  lengthed(OPSET, ...(domain ? text(1, domain) : []), integer(2, version));

/** The model as a file, in pieces: join them, or write them one after the other. */
export function writeModel(model: Model): Chunks {
  const known = new Set(
    [...model.fields].filter(({ number }) => number === OPSET).map(({ body }) => readOpset(body)[0]),
  );
  const added = [...model.opsets].filter(([domain]) => !known.has(domain));
  const graph = inOrder(model.graph, {
    [NODE]: model.nodes,
    [INITIALIZER]: model.initializers,
    [INPUT]: model.inputs,
    [OUTPUT]: model.outputs,
  });
  const fields = model.fields.flatMap((field) => (field.number === GRAPH ? lengthed(GRAPH, ...graph) : [field.raw]));
  return [...fields, ...added.flatMap(([domain, version]) => opset(domain, version))];
}

/** Each list goes where its first member stood, everything else stays where it is. */
function inOrder(fields: readonly Field[], lists: Readonly<Record<number, readonly { body: Chunks }[]>>): Uint8Array[] {
  const left = new Map(Object.entries(lists).map(([number, list]) => [Number(number), list]));
  const written = fields.flatMap(({ number, raw }) => {
    if (!(number in lists)) return [raw];
    const list = left.get(number) ?? [];
    left.delete(number);
    return list.flatMap(({ body }) => lengthed(number, ...body));
  });
  return [...written, ...[...left].flatMap(([number, list]) => list.flatMap(({ body }) => lengthed(number, ...body)))];
}
