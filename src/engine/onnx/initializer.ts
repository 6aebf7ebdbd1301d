/** A weight of a graph: onnx.proto's TensorProto. Its numbers lie inside the file, or beside it as external data. */
import { AppError } from '../../core/errors.ts';
import {
  bytesOf,
  type ElementType,
  elementBytes,
  elementCount,
  elementId,
  elementType,
  fromFloats,
  isFloat,
  toFloats,
} from './elements.ts';
import {
  type Chunks,
  type Field,
  integer,
  join,
  last,
  lengthed,
  readFields,
  text,
  toInteger,
  toIntegers,
  toText,
  viewOf,
} from './wire.ts';

/** A stretch of a file beside the graph. */
export interface Extern {
  location: string;
  offset: number;
  /** Absent: to the end of the file. */
  length?: number;
}

export interface Initializer {
  name: string;
  dims: readonly number[];
  /** Undefined for types this program never looks into. */
  type: ElementType | undefined;
  /** Where the numbers are when they are not inside. */
  extern: Extern | undefined;
  /** The whole TensorProto as it stands in a file, or as it will. */
  body: Chunks;
}

const DIMS = 1;
const TYPE = 2;
const FLOATS = 4;
const INT32S = 5;
const INT64S = 7;
const NAME = 8;
const RAW = 9;
const DOUBLES = 10;
const EXTERNAL = 13;
const LOCATION = 14;

/** From a TensorProto's bytes. */
export function readInitializer(body: Uint8Array): Initializer {
  const fields = readFields(body);
  const name = last(fields, NAME);
  const type = last(fields, TYPE);
  return {
    name: name ? toText(name) : '',
    dims: toIntegers(fields, DIMS),
    type: type && elementType(toInteger(type)),
    extern: readExtern(fields),
    body: [body],
  };
}

function readExtern(fields: readonly Field[]): Extern | undefined {
  const where = last(fields, LOCATION);
  if (!where || toInteger(where) !== 1) return undefined;
  const entries = new Map(
    fields
      .filter(({ number }) => number === EXTERNAL)
      .map(({ body }) => {
        const entry = readFields(body);
        const [key, value] = [last(entry, 1), last(entry, 2)];
        return [key ? toText(key) : '', value ? toText(value) : ''] as const;
      }),
  );
  const whole = (key: string) => {
    const value = Number(entries.get(key) ?? 0);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw new AppError('model_corrupt', `External data of a model has the ${key} ${entries.get(key)}.`);
  };
  const location = entries.get('location') ?? '';
  if (!location || location.startsWith('/') || location.includes('\\') || location.split('/').includes('..'))
    throw new AppError('model_corrupt', 'External data of a model must lie in the model’s own folder.');
  return { location, offset: whole('offset'), ...(entries.has('length') && { length: whole('length') }) };
}

/** A weight whose numbers lie inside the graph. */
export const inlineInitializer = (
  name: string,
  type: ElementType,
  dims: readonly number[],
  bytes: Uint8Array,
): Initializer => {
  if (elementCount(dims) * elementBytes(type) !== bytes.length)
    throw new RangeError(`${name}: ${bytes.length} bytes do not fill [${dims.join(', ')}] of ${type}`);
  return { name, dims, type, extern: undefined, body: [...head(name, type, dims), ...lengthed(RAW, bytes)] };
};

/** A weight whose numbers lie in a file beside the graph. */
export const externalInitializer = (
  name: string,
  type: ElementType,
  dims: readonly number[],
  extern: Required<Extern>,
): Initializer => {
  const entry = (key: string, value: string | number) => lengthed(EXTERNAL, ...text(1, key), ...text(2, String(value)));
  return {
    ...{ name, dims, type, extern },
    body: [
      ...head(name, type, dims),
      ...entry('location', extern.location),
      ...entry('offset', extern.offset),
      ...entry('length', extern.length),
      integer(LOCATION, 1),
    ],
  };
};

const head = (name: string, type: ElementType, dims: readonly number[]): Uint8Array[] => [
  ...dims.map((dim) => integer(DIMS, dim)),
  integer(TYPE, elementId(type)),
  ...text(NAME, name),
];

/** The numbers as stored, for those inside the graph. Undefined for types without a fixed element size. */
export function inlineBytes({ name, type, dims, body }: Initializer): Uint8Array | undefined {
  if (!type) return undefined;
  const fields = readFields(join(body));
  const raw = last(fields, RAW);
  const bytes = raw ? raw.body : unpack(type, fields);
  if (bytes.length === elementCount(dims) * elementBytes(type)) return bytes;
  throw new AppError('model_corrupt', `The weight ${name} has ${bytes.length} bytes, which is not its shape's.`);
}

/** Small tensors may list their numbers in fields of their type instead of in bytes. */
function unpack(type: ElementType, fields: readonly Field[]): Uint8Array {
  if (type === 'float32' || type === 'float64') {
    const bodies = fields.filter(({ number }) => number === (type === 'float32' ? FLOATS : DOUBLES));
    return Uint8Array.from(bodies.flatMap(({ body }) => [...body]));
  }
  if (type === 'int64' || type === 'uint64') return bytesOf(BigInt64Array.from(toIntegers(fields, INT64S), BigInt));
  const values = toIntegers(fields, INT32S);
  const size = elementBytes(type);
  const out = new Uint8Array(values.length * size);
  const view = viewOf(out);
  for (const [i, value] of values.entries()) {
    if (size === 1) view.setUint8(i, value);
    else if (size === 2) view.setUint16(2 * i, value, true);
    else view.setUint32(4 * i, value, true);
  }
  return out;
}

/** The numbers of a float weight, whichever of the float types it is stored in. */
export function decodeWeight({ name, type }: Pick<Initializer, 'name' | 'type'>, bytes: Uint8Array): Float32Array {
  if (isFloat(type)) return toFloats(type, bytes);
  throw new AppError(
    'invalid_request',
    `The weight ${name} is stored as ${type ?? 'something unknown'}; only float weights can be changed. Use the model that was not quantised.`,
  );
}

export function encodeWeight({ name, type }: Pick<Initializer, 'name' | 'type'>, values: Float32Array): Uint8Array {
  if (isFloat(type)) return fromFloats(type, values);
  throw new AppError('internal', `The weight ${name} is not stored as floats.`);
}
