/** The watermark on a thread of its own: a large picture takes seconds, and a gateway's heartbeat cannot wait for them. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Picture } from '../../core/picture.ts';
import type { Marked, TriedManner } from './mark.ts';
import { someOf } from './read.ts';

export type Task =
  | { do: 'mark'; picture: Picture; code: bigint; like?: TriedManner | undefined }
  | { do: 'read'; shown: Picture | readonly Picture[] };
export type Answer = { id: number; marked?: Marked; found?: Found | undefined; failure?: unknown };

export interface Found {
  code: bigint;
  /** Which of the keys it was marked with, from 0. */
  keyAt: number;
}

export interface WatermarkThread {
  mark(picture: Picture, code: bigint, like?: TriedManner): Promise<Marked>;
  read(shown: Picture | readonly Picture[]): Promise<Found | undefined>;
}

type Waiting = { resolve(answer: Answer): void; reject(error: unknown): void };

/**
 * Starts with its first task, anew after a failure, and never keeps the process alive by itself. Marks with the first
 * key; reads with one after the other, so a picture made without any of them passes K times as likely as with one.
 */
export function createWatermarkThread(keys: readonly Uint8Array[]): WatermarkThread {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let last = 0;

  function start(): Worker {
    const started = open(keys);
    const lose = (error: unknown) => {
      if (worker === started) worker = undefined;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    started.on('message', (answer: Answer) => {
      waiting.get(answer.id)?.resolve(answer);
      waiting.delete(answer.id);
      if (waiting.size === 0) started.unref();
    });
    started.on('error', lose);
    started.on('exit', (code) => lose(new Error(`The watermark thread ended with ${code}.`)));
    return started;
  }

  async function ask(task: Task): Promise<Answer> {
    worker ??= start();
    worker.ref();
    const id = ++last;
    const answer = await new Promise<Answer>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker?.postMessage({ id, ...task });
    });
    if (answer.failure) throw answer.failure;
    return answer;
  }

  return {
    mark: async (picture, code, like) => (await ask({ do: 'mark', picture, code, like })).marked!,
    read: async (shown) => (await ask({ do: 'read', shown: 'data' in shown ? shown : someOf(shown) })).found,
  };
}

function open(keys: readonly Uint8Array[]): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./thread-entry.js', import.meta.url), { workerData: keys });
  // From source: a thread takes no loader from its arguments, so it registers one itself.
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json')).href;
  const entry = new URL('./thread-entry.ts', import.meta.url).href;
  const script = `import(${JSON.stringify(new URL('./dist/esm/api/index.mjs', tsx).href)}).then(({ register }) => (register(), import(${JSON.stringify(entry)})))`;
  return new Worker(script, { eval: true, workerData: keys });
}
