/** The process behind an engine child: forked when first needed, heard, killed when silent, forked again after growing pauses. */
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { setPriority } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AppError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { FromChild, type ToChild, unpackError } from './protocol.ts';

export interface ProcessOptions {
  modelsDir: string;
  device: string;
  threads?: number | undefined;
  /** For models and what they need to run. */
  memoryBytes?: number | undefined;
  /** Between two states that a job tells of; absent: a few seconds. */
  checkpointMs?: number | undefined;
  /** Silence that counts as hanging. */
  hangMs: number;
}

export interface ProcessState {
  /** The device in use, which is the cpu where the wanted one does not work. */
  device: string;
  wanted: string;
  pid: number | undefined;
  fingerprint: string;
  /** Resident memory, as last heard. */
  bytes: number;
  restarts: number;
}

interface Deps {
  log: Logger;
  /** What it says of its work; of itself it speaks to us. */
  onMessage: (message: FromChild) => void;
  /** It is gone, and whatever it was doing with it. */
  onLost: (error: AppError) => void;
}

export interface EngineProcess {
  state: Readonly<ProcessState>;
  /** A live process, forked again after a growing pause when the last one died. Rejects with why it cannot start. */
  up(): Promise<void>;
  isLive(): boolean;
  /** Nothing while there is no process: whoever is waited for is told by onLost. */
  send(message: ToChild): void;
  isSilent(now: number): boolean;
  /** It did what it is for, so the next start needs no pause. */
  worked(): void;
  kill(detail: Record<string, unknown>): void;
  close(): Promise<void>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
const START_MS = 60_000;
const CLOSE_MS = 5_000;

export function createEngineProcess({ log, onMessage, onLost }: Deps, options: ProcessOptions): EngineProcess {
  const { device, device: wanted } = options;
  const state: ProcessState = { device, wanted, pid: undefined, fingerprint: '', bytes: 0, restarts: 0 };
  let live: { process: ChildProcess; ready: Promise<void>; isReady: boolean; heard: number } | undefined;
  let pauseMs = 0;
  let closed = false;
  let starting: Promise<void> | undefined;

  const hear = (raw: unknown, ready: { resolve: () => void; reject: (error: AppError) => void }) => {
    const message = FromChild.parse(raw);
    live!.heard = Date.now();
    switch (message.type) {
      case 'ready':
        live!.isReady = true;
        Object.assign(state, { device: message.device, fingerprint: message.fingerprint });
        return ready.resolve();
      case 'heartbeat':
        state.bytes = message.bytes;
        return;
      case 'log':
        return log[message.level]({ pid: state.pid, ...message.fields }, message.message);
      case 'failed':
        if (message.id === undefined) return ready.reject(unpackError(message.error));
    }
    onMessage(message);
  };

  const start = (): Promise<void> => {
    const process = forkEngine();
    state.pid = process.pid;
    const ready = new Promise<void>((resolve, reject) => {
      process.on('message', (raw) => live?.process === process && hear(raw, { resolve, reject }));
      process.on('error', (cause) => reject(new AppError('engine_lost', 'The engine cannot start.', { cause })));
      process.once('exit', (code, signal) => {
        reject(new AppError('engine_lost', 'The engine ended before it was ready.', { detail: { code, signal } }));
        gone(process, { code, signal });
      });
    });
    ready.catch(() => {});
    live = { process, ready, isReady: false, heard: Date.now() };
    const { modelsDir, threads, memoryBytes, checkpointMs } = options;
    const heartbeatMs = Math.min(5000, options.hangMs / 4);
    tell(process, { type: 'start', modelsDir, device, heartbeatMs, threads, memoryBytes, checkpointMs });
    return ready;
  };

  const gone = (process: ChildProcess, detail: Record<string, unknown>) => {
    if (live?.process !== process) return;
    live = undefined;
    Object.assign(state, { pid: undefined, bytes: 0 });
    if (closed) return;
    state.restarts++;
    pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pauseMs * 2));
    log.error({ device: options.device, ...detail, pauseMs }, 'engine process ended');
    onLost(new AppError('engine_lost', 'The engine process died under this job.', { detail }));
    void up().catch(() => {});
  };

  const up = (): Promise<void> => {
    if (live) return live.ready;
    starting ??= (async () => {
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (closed) throw stopped();
      return start();
    })().finally(() => {
      starting = undefined;
    });
    return starting;
  };

  return {
    state,
    up,
    isLive: () => live !== undefined,
    send: (message) => live && tell(live.process, message),
    isSilent: (now) =>
      !!live && now - live.heard > (live.isReady ? options.hangMs : Math.max(options.hangMs, START_MS)),
    worked() {
      pauseMs = 0;
    },
    kill(detail) {
      if (!live) return;
      const { process } = live;
      process.kill('SIGKILL');
      gone(process, detail);
    },
    async close() {
      closed = true;
      const process = live?.process;
      if (!process) return;
      const exited = new Promise((resolve) => process.once('exit', resolve));
      const hard = setTimeout(() => process.kill('SIGKILL'), CLOSE_MS);
      process.disconnect();
      await exited;
      clearTimeout(hard);
    },
  };
}

export const stopped = () => new AppError('engine_lost', 'The engine is being stopped.');

function tell(process: ChildProcess, message: ToChild): void {
  if (process.connected) process.send(message, () => {}); // a child that is gone says so by its exit
}

/** Below the process that talks to people: acknowledgements have three seconds, pictures have not. */
const ENGINE_NICENESS = 10;

/** From source when we run from source, compiled when we are compiled. */
function forkEngine(): ChildProcess {
  const source = import.meta.url.endsWith('.ts');
  const entry = fileURLToPath(new URL(source ? '../main/engine.ts' : '../main/engine.js', import.meta.url));
  const tsx = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = fork(entry, {
    serialization: 'advanced',
    execArgv: source ? ['--import', tsx()] : [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  if (child.pid) setPriority(child.pid, ENGINE_NICENESS);
  return child;
}
