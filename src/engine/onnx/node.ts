/** An operation of a graph: onnx.proto's NodeProto. */
import { type Initializer, readInitializer } from './initializer.ts';
import {
  type Chunks,
  type Field,
  float32,
  integer,
  join,
  last,
  lengthed,
  readFields,
  text,
  toFloat,
  toInteger,
  toIntegers,
  toText,
  viewOf,
} from './wire.ts';

export interface Operation {
  op: string;
  /** '' for ONNX' own operators. */
  domain: string;
  name: string;
  /** An empty name is an input left out. */
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: ReadonlyMap<string, Attribute>;
  /** Notes of the exporter: where in the program this came from. */
  metadata: ReadonlyMap<string, string>;
  body: Chunks;
}

export interface Attribute {
  int?: number;
  float?: number;
  text?: string;
  ints?: readonly number[];
  floats?: readonly number[];
  tensor?: Initializer;
}

const INPUT = 1;
const OUTPUT = 2;
const NAME = 3;
const OP = 4;
const ATTRIBUTE = 5;
const DOMAIN = 7;
const METADATA = 9;

export function readOperation(body: Uint8Array): Operation {
  const fields = readFields(body);
  const all = (number: number) => fields.filter((field) => field.number === number);
  const one = (number: number) => {
    const field = last(fields, number);
    return field ? toText(field) : '';
  };
  return {
    op: one(OP),
    domain: one(DOMAIN),
    name: one(NAME),
    inputs: all(INPUT).map(toText),
    outputs: all(OUTPUT).map(toText),
    attributes: new Map(all(ATTRIBUTE).map(({ body }) => readAttribute(body))),
    metadata: new Map(all(METADATA).map(({ body }) => readEntry(body))),
    body: [body],
  };
}

function readEntry(body: Uint8Array): [string, string] {
  const fields = readFields(body);
  const [key, value] = [last(fields, 1), last(fields, 2)];
  return [key ? toText(key) : '', value ? toText(value) : ''];
}

function readAttribute(body: Uint8Array): [string, Attribute] {
  const fields = readFields(body);
  const [name, float, int, bytes, tensor] = [1, 2, 3, 4, 5].map((number) => last(fields, number));
  const ints = toIntegers(fields, 8);
  const floats = fields.filter(({ number }) => number === 7).flatMap(floatsOf);
  return [
    name ? toText(name) : '',
    {
      ...(float && { float: toFloat(float) }),
      ...(int && { int: toInteger(int) }),
      ...(bytes && { text: toText(bytes) }),
      ...(tensor && { tensor: readInitializer(tensor.body) }),
      ...(ints.length > 0 && { ints }),
      ...(floats.length > 0 && { floats }),
    },
  ];
}

const floatsOf = ({ body }: Field): number[] => {
  const view = viewOf(body);
  return Array.from({ length: body.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
};

/** What an attribute may be given as: whole numbers, text, or one of the marked kinds below. */
export type AttributeValue = number | string | readonly number[] | { float: number } | { tensor: Initializer };

export const float = (value: number): AttributeValue => ({ float: value });
export const tensor = (value: Initializer): AttributeValue => ({ tensor: value });

export interface OperationText {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  name?: string;
  domain?: string;
  attributes?: Readonly<Record<string, AttributeValue>>;
}

/** A new operation. */
export function operation({ op, inputs, outputs, name = '', domain = '', attributes = {} }: OperationText): Operation {
  return readOperation(
    join([
      ...inputs.flatMap((input) => text(INPUT, input)),
      ...outputs.flatMap((output) => text(OUTPUT, output)),
      ...text(NAME, name),
      ...text(OP, op),
      ...Object.entries(attributes).flatMap(([key, value]) =>
        lengthed(ATTRIBUTE, ...text(1, key), ...attributeBody(value)),
      ),
      ...(domain ? text(DOMAIN, domain) : []),
    ]),
  );
}

function attributeBody(value: AttributeValue): Uint8Array[] {
  if (typeof value === 'number') return [integer(3, value), integer(20, 2)];
  if (typeof value === 'string') return [...text(4, value), integer(20, 3)];
  if ('float' in value) return [float32(2, value.float), integer(20, 1)];
  if ('tensor' in value) return [...lengthed(5, ...value.tensor.body), integer(20, 4)];
  return [...value.map((v) => integer(8, v)), integer(20, 7)];
}

/** The same operation on other inputs; everything else of it stays. */
export function withInputs(node: Operation, inputs: readonly string[]): Operation {
  const rest = node.body.flatMap(readFields).filter(({ number }) => number !== INPUT);
  return readOperation(join([...inputs.flatMap((input) => text(INPUT, input)), ...rest.map(({ raw }) => raw)]));
}
