/** Writes ONNX graphs: test models, helpers of the quantiser. Names, shapes and numbers in, a model file out. */
import { bytesOf, type ElementType, fromFloats } from './elements.ts';
import { type Extern, externalInitializer, type Initializer, inlineInitializer } from './initializer.ts';
import { opset, type Value, value } from './model.ts';
import { type AttributeValue, type Operation, operation } from './node.ts';
import { integer, join, lengthed, text } from './wire.ts';

export type Numbers = Float32Array | Float64Array | BigInt64Array | Int32Array | Int8Array | Uint8Array;
type Dims = readonly (number | string)[];

export interface GraphBuilder {
  /** Answers the name, as everything here does, so that calls can be nested. */
  input(name: string, type: ElementType, dims: Dims): string;
  output(name: string, type: ElementType, dims: Dims): string;
  /** `outputs` names what comes out; the first is answered. */
  node(
    op: string,
    inputs: readonly string[],
    outputs: string | readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
    about?: { name?: string; domain?: string },
  ): string;
  /** Numbers inside the file. Float32 may be stored as another float type. */
  weight(name: string, dims: readonly number[], values: Numbers, type?: 'float16' | 'bfloat16' | 'float32'): string;
  /** Numbers in a file beside it, which the caller writes. */
  external(name: string, type: ElementType, dims: readonly number[], where: Required<Extern>): string;
  bytes(): Uint8Array;
}

export function createGraph({
  name = 'graph',
  opset: version = 17,
  producer = 'atelier',
  domains = {},
}: {
  name?: string;
  opset?: number;
  producer?: string;
  /** Further operator sets with their versions, such as { 'com.microsoft': 1 }. */
  domains?: Readonly<Record<string, number>>;
} = {}): GraphBuilder {
  const nodes: Operation[] = [];
  const weights: Initializer[] = [];
  const inputs: Value[] = [];
  const outputs: Value[] = [];
  return {
    input(name, type, dims) {
      inputs.push(value(name, type, dims));
      return name;
    },
    output(name, type, dims) {
      outputs.push(value(name, type, dims));
      return name;
    },
    node(op, inputs, made, attributes = {}, { name = '', domain = '' } = {}) {
      const outputs = typeof made === 'string' ? [made] : made;
      nodes.push(operation({ op, inputs, outputs, attributes, domain, name: name || `${op}_${nodes.length}` }));
      return outputs[0]!;
    },
    weight(name, dims, values, type) {
      const stored = type ?? typeOf(values);
      const bytes = type && values instanceof Float32Array ? fromFloats(type, values) : bytesOf(values);
      weights.push(inlineInitializer(name, stored, dims, bytes));
      return name;
    },
    external(name, type, dims, where) {
      weights.push(externalInitializer(name, type, dims, where));
      return name;
    },
    bytes() {
      const graph = [
        ...nodes.flatMap(({ body }) => lengthed(1, ...body)),
        ...text(2, name),
        ...weights.flatMap(({ body }) => lengthed(5, ...body)),
        ...inputs.flatMap(({ body }) => lengthed(11, ...body)),
        ...outputs.flatMap(({ body }) => lengthed(12, ...body)),
      ];
      const sets = Object.entries({ '': version, ...domains }).flatMap(([domain, number]) => opset(domain, number));
      return join([integer(1, IR_VERSION), ...text(2, producer), ...lengthed(7, ...graph), ...sets]);
    },
  };
}

const IR_VERSION = 8; // of ONNX 1.12, which every operator set up to 17 goes with

function typeOf(values: Numbers): ElementType {
  if (values instanceof Float32Array) return 'float32';
  if (values instanceof Float64Array) return 'float64';
  if (values instanceof BigInt64Array) return 'int64';
  if (values instanceof Int32Array) return 'int32';
  return values instanceof Int8Array ? 'int8' : 'uint8';
}
