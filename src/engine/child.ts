/** One engine process: started when first needed, watched, killed when it hangs, started again when it dies. */
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { setPriority } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AppError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { FromChild, type ToChild, unpackError } from './protocol.ts';

export interface ChildOptions {
  modelsDir: string;
  device: string;
  threads?: number | undefined;
  /** Silence within a step that counts as hanging. */
  hangMs: number;
}

export interface Job {
  message: (id: number) => ToChild;
  onMessage: (message: FromChild) => void;
  signal?: AbortSignal;
  /** Short work that must not wait for the running job: done between its steps. */
  aside?: boolean;
}

export interface EngineChild {
  /** Runs jobs one by one. Rejects with engine_lost, engine_hung, cancelled, or what the job itself failed with. */
  run(job: Job): Promise<FromChild>;
  /** Resolves once the child is up; rejects with why it cannot start. */
  ready(): Promise<void>;
  /** Jobs running and waiting. */
  load(): number;
  describe(): ChildState;
  close(): Promise<void>;
}

export interface ChildState {
  /** The device in use, which is the cpu where the wanted one does not work. */
  device: string;
  pid: number | undefined;
  fingerprint: string;
  /** Resident memory, as last heard. */
  bytes: number;
  restarts: number;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
const START_MS = 60_000;
const CLOSE_MS = 5_000;

interface Running {
  id: number;
  job: Job;
  resolve: (message: FromChild) => void;
  reject: (error: AppError) => void;
  /** The child knows of it. */
  sent: boolean;
  lastBeat: number;
}

export function createEngineChild({ log }: { log: Logger }, options: ChildOptions): EngineChild {
  const state: ChildState = { device: options.device, pid: undefined, fingerprint: '', bytes: 0, restarts: 0 };
  const waiting: Running[] = [];
  /** Small work done between the steps of the current job. */
  const aside = new Map<number, Running>();
  let current: Running | undefined;
  let live: { process: ChildProcess; ready: Promise<void>; isReady: boolean; heard: number } | undefined;
  let nextId = 1;
  let pauseMs = 0;
  let closed = false;
  let starting: Promise<void> | undefined;

  const finish = (how: (running: Running) => void) => {
    const ended = current;
    current = undefined;
    if (ended) how(ended);
    void next();
  };

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
    const small = message.id === undefined ? undefined : aside.get(message.id);
    if (small) {
      aside.delete(small.id);
      return message.type === 'failed' ? small.reject(unpackError(message.error)) : small.resolve(message);
    }
    if (!current || message.id !== current.id) return; // of a job that was given up
    current.lastBeat = Date.now();
    if (message.type === 'failed') return finish(({ reject }) => reject(unpackError(message.error)));
    if (message.type === 'done') {
      pauseMs = 0; // it works
      return finish(({ resolve }) => resolve(message));
    }
    current.job.onMessage(message);
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
    const { modelsDir, device, threads } = options;
    const heartbeatMs = Math.min(5000, options.hangMs / 4);
    tell(process, { type: 'start', modelsDir, device, heartbeatMs, ...(threads && { threads }) });
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
    const lost = new AppError('engine_lost', 'The engine process died under this job.', { detail });
    dismiss(lost);
    finish(({ reject }) => reject(lost));
    void up().catch(() => {});
  };

  const dismiss = (error: AppError) => {
    for (const { reject } of aside.values()) reject(error);
    aside.clear();
  };

  const beside = async (running: Running): Promise<void> => {
    aside.set(running.id, running);
    try {
      await up();
      if (live) tell(live.process, running.job.message(running.id));
    } catch (error) {
      aside.delete(running.id);
      running.reject(error as AppError);
    }
  };

  /** A live child, started again after a growing pause when the last one died. */
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

  const next = async (): Promise<void> => {
    if (current || waiting.length === 0) return;
    const running = waiting.shift()!;
    current = running;
    try {
      await up();
    } catch (error) {
      if (current === running) finish(({ reject }) => reject(error as AppError));
      return;
    }
    if (current !== running || !live) return; // cancelled or lost meanwhile
    running.lastBeat = Date.now();
    running.sent = true;
    tell(live.process, running.job.message(running.id));
  };

  const watch = setInterval(
    () => {
      if (!live) return;
      const now = Date.now();
      const silent = now - live.heard > (live.isReady ? options.hangMs : Math.max(options.hangMs, START_MS));
      const stuck = current?.sent === true && now - current.lastBeat > options.hangMs;
      if (!silent && !stuck) return;
      log.error({ device: options.device, pid: state.pid, silent, stuck }, 'engine process hangs and is killed');
      const { process } = live;
      const detail = { pid: state.pid, hangMs: options.hangMs };
      current?.reject(new AppError('engine_hung', 'The engine process stopped answering and was killed.', { detail }));
      current = undefined;
      process.kill('SIGKILL');
      gone(process, detail);
    },
    Math.min(1000, options.hangMs / 4),
  );
  watch.unref();

  return {
    ready: up,
    load: () => waiting.length + (current ? 1 : 0),
    describe: () => ({ ...state }),
    run: (job) => {
      if (closed) return Promise.reject(stopped());
      if (job.signal?.aborted) return Promise.reject(cancelled());
      let onAbort = () => {};
      const answer = new Promise<FromChild>((resolve, reject) => {
        const running: Running = { id: nextId++, job, resolve, reject, sent: false, lastBeat: Date.now() };
        if (job.aside) return void beside(running);
        waiting.push(running);
        onAbort = () => cancel(running);
        job.signal?.addEventListener('abort', onAbort, { once: true });
        void next();
      });
      return answer.finally(() => job.signal?.removeEventListener('abort', onAbort));
    },
    async close() {
      closed = true;
      clearInterval(watch);
      for (const { reject } of waiting.splice(0)) reject(stopped());
      const process = live?.process;
      current?.reject(stopped());
      current = undefined;
      dismiss(stopped());
      if (!process) return;
      const exited = new Promise((resolve) => process.once('exit', resolve));
      const hard = setTimeout(() => process.kill('SIGKILL'), CLOSE_MS);
      process.disconnect();
      await exited;
      clearTimeout(hard);
    },
  };

  function cancel(running: Running): void {
    const at = waiting.indexOf(running);
    if (at >= 0) {
      waiting.splice(at, 1);
      running.reject(cancelled());
    } else if (current === running && !running.sent) finish(({ reject }) => reject(cancelled()));
    else if (current === running && live) tell(live.process, { type: 'cancel', id: running.id });
  }
}

const stopped = () => new AppError('engine_lost', 'The engine is being stopped.');
const cancelled = () => new AppError('cancelled', 'Cancelled.');

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
