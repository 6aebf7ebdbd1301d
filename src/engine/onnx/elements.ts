/** What tensors are made of: ONNX' element types, and their bytes as float32 and back. */
import { AppError } from '../../core/errors.ts';
import { fromHalves, toHalves } from '../float16.ts';

/** Number in onnx.proto's TensorProto.DataType, bytes per element. */
const ELEMENTS = {
  float32: { id: 1, bytes: 4 },
  uint8: { id: 2, bytes: 1 },
  int8: { id: 3, bytes: 1 },
  uint16: { id: 4, bytes: 2 },
  int16: { id: 5, bytes: 2 },
  int32: { id: 6, bytes: 4 },
  int64: { id: 7, bytes: 8 },
  bool: { id: 9, bytes: 1 },
  float16: { id: 10, bytes: 2 },
  float64: { id: 11, bytes: 8 },
  uint32: { id: 12, bytes: 4 },
  uint64: { id: 13, bytes: 8 },
  bfloat16: { id: 16, bytes: 2 },
} as const;
export type ElementType = keyof typeof ELEMENTS;

const names = new Map<number, ElementType>(Object.entries(ELEMENTS).map(([name, { id }]) => [id, name as ElementType]));

export const elementId = (type: ElementType): number => ELEMENTS[type].id;
export const elementBytes = (type: ElementType): number => ELEMENTS[type].bytes;
/** Undefined for types this program never looks into, such as text and complex numbers. */
export const elementType = (id: number): ElementType | undefined => names.get(id);

/** Kinds of numbers that weights come in. */
export type FloatType = 'float32' | 'float16' | 'bfloat16' | 'float64';
export const isFloat = (type: ElementType | undefined): type is FloatType =>
  type === 'float32' || type === 'float16' || type === 'bfloat16' || type === 'float64';

/** Little-endian bytes as float32: a copy, whatever the alignment. */
export function toFloats(type: FloatType, bytes: Uint8Array): Float32Array {
  const { buffer } = new Uint8Array(bytes); // aligned, and nobody else's
  switch (type) {
    case 'float32':
      return new Float32Array(buffer);
    case 'float64':
      return Float32Array.from(new Float64Array(buffer));
    case 'float16':
      return fromHalves(new Uint16Array(buffer));
    case 'bfloat16': {
      const short = new Uint16Array(buffer);
      const wide = new Uint32Array(short.length);
      for (let i = 0; i < short.length; i++) wide[i] = short[i]! << 16;
      return new Float32Array(wide.buffer);
    }
  }
}

/** Float32 as little-endian bytes of a type, rounded to nearest, ties to even. */
export function fromFloats(type: FloatType, values: Float32Array): Uint8Array {
  switch (type) {
    case 'float32':
      return bytesOf(values);
    case 'float64':
      return bytesOf(Float64Array.from(values));
    case 'float16':
      return bytesOf(toHalves(values));
    case 'bfloat16': {
      const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
      const short = new Uint16Array(bits.length);
      for (let i = 0; i < bits.length; i++) short[i] = toBrain(bits[i]!);
      return bytesOf(short);
    }
  }
}

const toBrain = (bits: number): number =>
  (bits & 0x7fffffff) > 0x7f800000 ? (bits >>> 16) | 64 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16; // NaN stays one

/** An array's memory as bytes, shared. The platforms the runtime exists for are all little-endian. */
export const bytesOf = (values: ArrayBufferView): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Elements in a shape. Throws model_corrupt for sizes that cannot be. */
export function elementCount(dims: readonly number[]): number {
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (dims.some((dim) => !Number.isSafeInteger(dim) || dim < 0) || !Number.isSafeInteger(count))
    throw new AppError('model_corrupt', `A tensor cannot have the shape [${dims.join(', ')}].`);
  return count;
}
