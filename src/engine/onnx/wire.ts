/** Protocol Buffers' wire format, as far as ONNX needs it. What is not understood is kept as it stands. */
import { AppError } from '../../core/errors.ts';

/** One field of a message: views into the bytes it was read from, nothing copied. */
export interface Field {
  number: number;
  wire: Wire;
  /** The value alone: 8 bytes or 4 for fixed ones, the varint's bytes, the contents of what has a length. */
  body: Uint8Array;
  /** Tag, length and value. */
  raw: Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTHED = 2;
const FIXED32 = 5;
type Wire = typeof VARINT | typeof FIXED64 | typeof LENGTHED | typeof FIXED32;

/** Pieces of a message, put together only once, when it is written. */
export type Chunks = readonly Uint8Array[];

const damaged = () => new AppError('model_corrupt', 'This is not an ONNX model, or it is cut short.');

/** The fields of one message, in order. Throws model_corrupt. */
export function readFields(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = at;
    const [tag, afterTag] = readVarint(bytes, at);
    const wire = Number(tag & 7n);
    let from = afterTag;
    let to: number;
    if (wire === VARINT) to = readVarint(bytes, from)[1];
    else if (wire === FIXED64) to = from + 8;
    else if (wire === FIXED32) to = from + 4;
    else if (wire === LENGTHED) {
      const [length, after] = readVarint(bytes, from);
      if (length > BigInt(bytes.length)) throw damaged();
      from = after;
      to = after + Number(length);
    } else throw damaged(); // groups are older than ONNX
    const number = Number(tag >> 3n);
    if (to > bytes.length || number < 1) throw damaged();
    fields.push({ number, wire, body: bytes.subarray(from, to), raw: bytes.subarray(start, to) });
    at = to;
  }
  return fields;
}

/** The value, and where what follows begins. */
function readVarint(bytes: Uint8Array, start: number): [bigint, number] {
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) throw damaged();
    value |= (byte & 127) << (7 * i);
    if (byte < 128) return [BigInt(value), start + i + 1];
  }
  let long = BigInt(value);
  for (let i = 4; i < 10; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) throw damaged();
    long |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return [long, start + i + 1];
  }
  throw damaged();
}

/** A varint field's value as the signed 64-bit number it is in ONNX. */
export const toInteger = ({ body }: Field): number => Number(BigInt.asIntN(64, readVarint(body, 0)[0]));

const decoder = new TextDecoder();
export const toText = ({ body }: Field): string => decoder.decode(body);

export const toFloat = ({ body }: Field): number => viewOf(body).getFloat32(0, true);

/** All values of a repeated integer field, packed or not. */
export function toIntegers(fields: readonly Field[], number: number): number[] {
  return fields.flatMap((field) => {
    if (field.number !== number) return [];
    if (field.wire === VARINT) return [toInteger(field)];
    const values: number[] = [];
    for (let at = 0; at < field.body.length; ) {
      const [value, after] = readVarint(field.body, at);
      values.push(Number(BigInt.asIntN(64, value)));
      at = after;
    }
    return values;
  });
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const last = (fields: readonly Field[], number: number): Field | undefined =>
  fields.findLast((field) => field.number === number);

export function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.from([...bytes, Number(rest)]);
}

export const sizeOf = (chunks: Chunks): number => chunks.reduce((sum, { length }) => sum + length, 0);

/** A field with a length: text, bytes, or a message made of its fields. */
export const lengthed = (number: number, ...body: Chunks): Uint8Array[] => [
  join([varint((number << 3) | LENGTHED), varint(sizeOf(body))]),
  ...body,
];

const encoder = new TextEncoder();
export const text = (number: number, value: string): Uint8Array[] => lengthed(number, encoder.encode(value));

export const integer = (number: number, value: number | bigint): Uint8Array =>
  join([varint((number << 3) | VARINT), varint(value)]);

export function float32(number: number, value: number): Uint8Array {
  const body = new Uint8Array(4);
  viewOf(body).setFloat32(0, value, true);
  return join([varint((number << 3) | FIXED32), body]);
}

/** Everything in one piece of memory; what is in one already is not copied. */
export function join(chunks: Chunks): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const out = new Uint8Array(sizeOf(chunks));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}
