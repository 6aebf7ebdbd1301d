/** One ONNX graph in memory. Callers speak float32 and plain shapes; what the graph was exported with stays in here. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as ort from 'onnxruntime-node';
import { AppError } from '../core/errors.ts';
import type { Device } from './device.ts';
import { fromHalves, toHalves } from './float16.ts';
import type { NetworkSource } from './onnx/edit.ts';
import { type Account, houseAccount } from './sharing/account.ts';
import type { Feed } from './tensor.ts';

export type { Feed } from './tensor.ts';

export interface Port {
  name: string;
  /** Element type: float32, float16, int64, int32, uint8. */
  type: string;
  /** A number where the graph fixes the size, a name where it does not. */
  shape: readonly (number | string)[];
}

/** Adds up the time spent in session.run, milliseconds; every call is somebody's. */
export interface Clock {
  runMs: number;
  /** Told after each of them, so that someone may see that we live. */
  onRun?: () => void;
  /** Whose turn a call takes; absent: the house's own. */
  account?: Account;
  /** The turn was taken already, for all rows of the call. */
  inTurn?: boolean;
}

export interface Network<Answer = Float32Array> {
  inputs: readonly Port[];
  outputs: readonly Port[];
  run(feeds: Readonly<Record<string, Feed>>, clock: Clock): Promise<Record<string, Answer>>;
  release(): Promise<void>;
}

const HOUSE = houseAccount();

/** Threads sleep between kernels instead of spinning: half the time on a machine that has other work, no bit changed. */
const SHARE_THE_CPU = { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } };

/** A graph as it lies on the disk is opened once, however many models it belongs to; a changed one for every change. */
export async function openNetwork(device: Device, source: NetworkSource): Promise<Network> {
  if (typeof source !== 'string') return openSession(device, source, toFloats);
  const { size, mtimeMs } = await stat(source);
  return device.graphs.borrow(`${resolve(source)} ${size} ${mtimeMs}`, () => openSession(device, source, toFloats));
}

/** Of a graph whose outputs are bytes. */
export const openByteNetwork = (device: Device, source: NetworkSource): Promise<Network<Uint8Array>> =>
  openSession(device, source, ({ data }) => data as Uint8Array);

async function openSession<Answer>(
  device: Device,
  source: NetworkSource,
  read: (tensor: ort.Tensor) => Answer,
): Promise<Network<Answer>> {
  const options: ort.InferenceSession.SessionOptions = {
    executionProviders: device.providers,
    intraOpNumThreads: device.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: SHARE_THE_CPU,
  };
  const session = await guarded(() =>
    typeof source === 'string'
      ? ort.InferenceSession.create(source, options)
      : ort.InferenceSession.create(source.model, {
          ...options,
          extra: { session: { ...SHARE_THE_CPU.session, model_external_initializers_file_folder_path: source.folder } },
        }).finally(source.dispose),
  );
  const inputs = session.inputMetadata.map(toPort);
  const outputs = session.outputMetadata.map(toPort);
  const types = new Map(inputs.map(({ name, type }) => [name, type]));
  return {
    inputs,
    outputs,
    async run(feeds, clock) {
      if (typeof source === 'string') device.listen?.(source, feeds);
      const tensors = Object.entries(feeds).map(([name, feed]) => [name, toTensor(types.get(name)!, feed)] as const);
      const call = async () => {
        const before = performance.now();
        const answer = await guarded(() => session.run(Object.fromEntries(tensors)));
        clock.runMs += performance.now() - before;
        clock.onRun?.();
        return answer;
      };
      const results = clock.inTurn ? await call() : await device.turns.alone(clock.account ?? HOUSE, call);
      return Object.fromEntries(outputs.map(({ name }) => [name, read(results[name]!)]));
    },
    release: () => session.release(),
  };
}

function toPort(value: ort.InferenceSession.ValueMetadata): Port {
  if (!value.isTensor) return { name: value.name, type: 'unknown', shape: [] };
  return { name: value.name, type: value.type, shape: value.shape };
}

function toTensor(type: string, { data, dims }: Feed): ort.Tensor {
  if (type === 'uint8') return new ort.Tensor('uint8', data instanceof Uint8Array ? data : Uint8Array.from(data), dims);
  if (type === 'int64') return new ort.Tensor('int64', BigInt64Array.from(Array.from(data, wholeBig)), dims);
  if (type === 'int32') return new ort.Tensor('int32', Int32Array.from(data, Math.round), dims);
  if (type === 'float64') return new ort.Tensor('float64', Float64Array.from(data), dims); // some ControlNets' scale
  const floats = data instanceof Float32Array ? data : Float32Array.from(data);
  return type === 'float16'
    ? new ort.Tensor('float16', toHalves(floats), dims)
    : new ort.Tensor('float32', floats, dims);
}

const wholeBig = (value: number) => BigInt(Math.round(value));

function toFloats({ type, data }: ort.Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  if (type === 'float16') return fromHalves(new Uint16Array(data as unknown as ArrayLike<number>));
  return Float32Array.from(data as Iterable<number | bigint>, Number);
}

const NO_MEMORY = /bad_alloc|failed to allocate|out of memory|BFCArena|CUDA_ERROR_OUT_OF_MEMORY/i;

/** The runtime throws plain Errors; only this one of them is the person's to fix. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!NO_MEMORY.test(String(cause))) throw cause;
    throw new AppError('out_of_memory', 'This does not fit into memory. Try a smaller size or fewer pictures.', {
      cause,
    });
  }
}
