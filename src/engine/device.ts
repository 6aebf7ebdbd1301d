/** Where the networks run, and under what conditions equal bytes are promised. */
import { availableParallelism, cpus } from 'node:os';
import * as ort from 'onnxruntime-node';
import type { Logger } from '../core/log.ts';
import { createLending, type Lending } from './lending.ts';
import { usualBudget } from './memory.ts';
import { createTurns, type Turns } from './sharing/turns.ts';
import type { Feed } from './tensor.ts';

export interface Device {
  /** As configured: cpu, cuda:0, tensorrt, webgpu, coreml, dml. */
  name: string;
  threads: number;
  providers: ort.InferenceSession.ExecutionProviderConfig[];
  /** For models and what their calls need, bytes. */
  memoryBytes: number;
  /** Of that, what a call of many rows may take. */
  callBytes: number;
  /** Graphs in memory, one session each. */
  graphs: Lending;
  /** One call after the other: two at once would only wait for each other, and be timed wrongly. */
  turns: Turns;
  /** Told what every run of a graph file is fed with. */
  listen?: (file: string, feeds: Readonly<Record<string, Feed>>) => void;
}

const MOST_THREADS = 8;
const CALL_SHARE = 0.25;

/** A network of one Identity node, to see whether a provider starts at all. */
const PROBE = Buffer.from(
  'CAg6OwoQCgF4EgF5IghJZGVudGl0eRIFcHJvYmVaDwoBeBIKCggIARIECgIIAWIPCgF5EgoKCAgBEgQKAggBQgIQDg==',
  'base64',
);

type Provider = ort.InferenceSession.ExecutionProviderConfig;

/** The runtime's providers for a device's name, the first one to be tried alone. */
const PROVIDERS: Readonly<Record<string, (deviceId: number) => Provider[]>> = {
  cuda: (deviceId) => [{ name: 'cuda', deviceId }],
  tensorrt: (deviceId) => [
    { name: 'tensorrt', deviceId },
    { name: 'cuda', deviceId },
  ],
  webgpu: () => ['webgpu'],
  coreml: () => ['coreml'],
  dml: () => ['dml'],
};

/** The device asked for if it works here, otherwise the CPU, with one line that says why. */
export async function openDevice(
  { log }: { log: Logger },
  wanted: string,
  threads?: number,
  memoryBytes = usualBudget(),
): Promise<Device> {
  const most = Math.min(availableParallelism(), MOST_THREADS);
  const room = { memoryBytes, callBytes: memoryBytes * CALL_SHARE };
  const cpu = {
    name: 'cpu',
    threads: threads ?? most,
    providers: ['cpu'],
    ...room,
    graphs: createLending(),
    turns: createTurns(),
  };
  if (wanted === 'cpu') return cpu;
  const [name = '', id = '0'] = wanted.split(':');
  const providers = PROVIDERS[name]?.(Number(id));
  ort.env.logLevel = 'fatal'; // the runtime would print its own reasons; ours is one line
  try {
    if (!providers) throw new Error(`nothing is called ${name}`);
    const options = { executionProviders: providers.slice(0, 1), logSeverityLevel: 4 } as const;
    const session = await ort.InferenceSession.create(PROBE, options);
    await session.run({ x: new ort.Tensor('float32', Float32Array.of(1), [1]) });
    await session.release();
    return { ...cpu, name: wanted, providers: [...providers, 'cpu'] };
  } catch (error) {
    log.warn({ device: wanted, reason: String(error) }, 'device does not work here, using the cpu');
    return cpu;
  }
}

/** Raised by every change of ours after which an old recipe may differ in a bit. */
const ARITHMETIC = 5;

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
