/** Tensors by name, in the format that cannot carry code. https://github.com/huggingface/safetensors#format */
import { type FileHandle, open } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { type FloatType, toFloats } from '../onnx/elements.ts';

export interface Tensor {
  name: string;
  shape: readonly number[];
  dtype: string;
  /** Of the file. */
  from: number;
  to: number;
}

export interface Safetensors {
  /** For messages: the file's name without its folder. */
  label: string;
  tensors: ReadonlyMap<string, Tensor>;
  /** What the program that wrote it says of it. */
  metadata: Readonly<Record<string, string>>;
  /** The numbers of a tensor. Throws invalid_request naming the key when there is none, or it is not of floats. */
  floats(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

const MOST_HEADER = 32 * 2 ** 20;

/** Bits per element. */
const BITS: Readonly<Record<string, number>> = {
  ...{ BOOL: 8, U8: 8, I8: 8, F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8 },
  ...{ I16: 16, U16: 16, F16: 16, BF16: 16, I32: 32, U32: 32, F32: 32, I64: 64, U64: 64, F64: 64 },
};
const FLOATS: Readonly<Record<string, FloatType>> = {
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
  F64: 'float64',
};

const whole = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const Entry = z.object({ dtype: z.string(), shape: z.array(whole).max(8), data_offsets: z.tuple([whole, whole]) });
const Metadata = z.record(z.string(), z.string());

/** Reads the header and checks all of it; numbers are read when they are asked for. Throws invalid_request. */
export async function openSafetensors(path: string): Promise<Safetensors> {
  const label = basename(path);
  refusePickle(label);
  const file = await open(path).catch((cause: unknown) => {
    throw new AppError('model_missing', `The file ${label} is not there any more.`, { cause });
  });
  try {
    const { tensors, metadata } = await readHeader(file, label);
    return {
      ...{ label, tensors, metadata },
      floats: (name) => readFloats(file, label, tensors.get(name), name),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

const PICKLES = new Set(['.ckpt', '.pt', '.pth', '.bin', '.pkl']);
const WHY_NOT =
  'is a pickle file: opening one can run whatever program somebody put into it, so Atelier never does. ' +
  'Get the .safetensors file of the same model, or convert it on a machine you can afford to lose.';

/** Throws invalid_request for names of pickle files. */
export function refusePickle(label: string): void {
  if (PICKLES.has(extname(label).toLowerCase())) throw new AppError('invalid_request', `${label} ${WHY_NOT}`);
}

async function readHeader(file: FileHandle, label: string) {
  const bad = (why: string, cause?: unknown) =>
    new AppError('invalid_request', `${label} is not a usable safetensors file: ${why}. Download it again.`, { cause });
  const { size } = await file.stat();
  const first = new Uint8Array(9);
  const { bytesRead } = await file.read(first, 0, 9, 0);
  if (isPickle(first)) throw new AppError('invalid_request', `${label} ${WHY_NOT}`);
  if (bytesRead < 8) throw bad('it is too short to have a header');
  const length = new DataView(first.buffer).getBigUint64(0, true);
  if (length > BigInt(MOST_HEADER)) throw bad(`its header would be ${length} bytes long`);
  const start = 8 + Number(length);
  if (start > size) throw bad('it is cut short inside its header');
  const text = new Uint8Array(Number(length));
  await file.read(text, 0, text.length, 8);
  const header = parse(text, bad);
  const { __metadata__, ...entries } = header;
  const metadata = Metadata.safeParse(__metadata__ ?? {});
  if (!metadata.success) throw bad('its metadata is not text');
  const tensors = Object.entries(entries).map(([name, raw]) => {
    const entry = Entry.safeParse(raw);
    if (!entry.success) throw bad(`the entry ${name} lacks dtype, shape or data_offsets`);
    return place(name, entry.data, start, size, bad);
  });
  refuseOverlap(tensors, start, bad);
  return { tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])), metadata: metadata.data };
}

type Bad = (why: string, cause?: unknown) => AppError;

/** A zip archive or a pickle's first mark: what torch.save writes, whatever the file is called. */
const isPickle = ([a, b, c, d, , , , , brace]: Uint8Array) =>
  (a === 0x50 && b === 0x4b && c === 3 && d === 4) || (a === 0x80 && b! >= 2 && b! <= 5 && brace !== 0x7b);

function parse(text: Uint8Array, bad: Bad): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
    return z.record(z.string(), z.unknown()).parse(header);
  } catch (cause) {
    throw bad('its header is not a JSON object', cause);
  }
}

function place(
  name: string,
  { dtype, shape, data_offsets: [begin, end] }: z.infer<typeof Entry>,
  start: number,
  size: number,
  bad: Bad,
): Tensor {
  const bits = Object.hasOwn(BITS, dtype) ? BITS[dtype]! : undefined;
  if (bits === undefined) throw bad(`the tensor ${name} has the unknown type ${dtype.slice(0, 20)}`);
  const bytes = (shape.reduce((product, side) => product * side, 1) * bits) / 8;
  if (begin > end || start + end > size) throw bad(`the tensor ${name} lies outside the file`);
  if (end - begin !== bytes) throw bad(`the tensor ${name} has ${end - begin} bytes where its shape needs ${bytes}`);
  return { name, dtype, shape, from: start + begin, to: start + end };
}

/** Every byte belongs to one tensor, or to none. */
function refuseOverlap(tensors: readonly Tensor[], start: number, bad: Bad): void {
  const sorted = tensors.filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from);
  let reached = start;
  for (const { name, from, to } of sorted) {
    if (from < reached) throw bad(`the tensor ${name} overlaps another`);
    reached = to;
  }
}

async function readFloats(
  file: FileHandle,
  label: string,
  tensor: Tensor | undefined,
  name: string,
): Promise<Float32Array> {
  if (!tensor) throw new AppError('invalid_request', `${label} lacks the tensor ${name}.`);
  const type = FLOATS[tensor.dtype];
  if (!type)
    throw new AppError(
      'invalid_request',
      `The tensor ${name} of ${label} is stored as ${tensor.dtype}; F32, F16 and BF16 can be read.`,
    );
  const bytes = new Uint8Array(tensor.to - tensor.from);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, tensor.from);
  if (bytesRead !== bytes.length) throw new AppError('invalid_request', `${label} was cut short while it was read.`);
  return toFloats(type, bytes);
}
