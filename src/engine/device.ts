/** Where the networks run, and under what conditions equal bytes are promised. */
import { availableParallelism, cpus } from 'node:os';
import * as ort from 'onnxruntime-node';
import type { Logger } from '../core/log.ts';
import type { Feed } from './tensor.ts';

export interface Device {
  /** As configured: cpu, cuda:0, webgpu. */
  name: string;
  threads: number;
  providers: ort.InferenceSession.ExecutionProviderConfig[];
  /** One run after the other: two at once would only wait for each other, and be timed wrongly. */
  inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  /** Told what every run of a graph file is fed with. */
  listen?: (file: string, feeds: Readonly<Record<string, Feed>>) => void;
}

const MOST_THREADS = 8;

/** A network of one Identity node, to see whether a provider starts at all. */
const PROBE = Buffer.from(
  'CAg6OwoQCgF4EgF5IghJZGVudGl0eRIFcHJvYmVaDwoBeBIKCggIARIECgIIAWIPCgF5EgoKCAgBEgQKAggBQgIQDg==',
  'base64',
);

/** The device asked for if it works here, otherwise the CPU, with one line that says why. */
export async function openDevice({ log }: { log: Logger }, wanted: string, threads?: number): Promise<Device> {
  const most = Math.min(availableParallelism(), MOST_THREADS);
  const cpu = { name: 'cpu', threads: threads ?? most, providers: ['cpu'], inTurn: createTurns() };
  if (wanted === 'cpu') return cpu;
  const [name, id] = wanted.split(':');
  const provider = name === 'cuda' ? { name: 'cuda' as const, deviceId: Number(id ?? 0) } : 'webgpu';
  ort.env.logLevel = 'fatal'; // the runtime would print its own reasons; ours is one line
  try {
    const session = await ort.InferenceSession.create(PROBE, { executionProviders: [provider], logSeverityLevel: 4 });
    await session.run({ x: new ort.Tensor('float32', Float32Array.of(1), [1]) });
    await session.release();
    return { ...cpu, name: wanted, providers: [provider, 'cpu'] };
  } catch (error) {
    log.warn({ device: wanted, reason: String(error) }, 'device does not work here, using the cpu');
    return cpu;
  }
}

function createTurns(): Device['inTurn'] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };
}

/** Raised by every change of ours after which an old recipe may differ in a bit. */
const ARITHMETIC = 2;

/** Our arithmetic, runtime version, provider, threads, CPU: bytes are equal where this is. */
export const fingerprintOf = ({ name, threads }: Device): string =>
  [
    `atelier ${ARITHMETIC}`,
    `onnxruntime ${ort.env.versions.node ?? ort.env.versions.common}`,
    name,
    `${threads} thread${threads === 1 ? '' : 's'}`,
    (cpus()[0]?.model ?? 'unknown cpu').trim(),
    `${process.platform}-${process.arch}`,
  ].join('; ');
