/** One engine process as a line of jobs: one after the other, each cancelled, lost or hung on its own. */
import { AppError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { createAside } from './aside.ts';
import { createEngineProcess, type ProcessOptions, type ProcessState, stopped } from './engine-process.ts';
import { type FromChild, type ToChild, unpackError } from './protocol.ts';

export type ChildOptions = ProcessOptions;
export type ChildState = ProcessState;

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
  const waiting: Running[] = [];
  let current: Running | undefined;
  let nextId = 1;
  let closed = false;

  const hear = (message: FromChild) => {
    if (!('id' in message) || aside.hear(message)) return;
    if (!current || message.id !== current.id) return; // of a job that was given up
    current.lastBeat = Date.now();
    if (message.type === 'failed') return finish(({ reject }) => reject(unpackError(message.error)));
    if (message.type === 'done') {
      engine.worked();
      return finish(({ resolve }) => resolve(message));
    }
    current.job.onMessage(message);
  };
  const lost = (error: AppError) => {
    aside.dismiss(error);
    finish(({ reject }) => reject(error));
  };
  const engine = createEngineProcess({ log, onMessage: hear, onLost: lost }, options);
  const aside = createAside(engine);

  const finish = (how: (running: Running) => void) => {
    const ended = current;
    current = undefined;
    if (ended) how(ended);
    void next();
  };

  const next = async (): Promise<void> => {
    if (current || waiting.length === 0) return;
    const running = waiting.shift()!;
    current = running;
    try {
      await engine.up();
    } catch (error) {
      if (current === running) finish(({ reject }) => reject(error as AppError));
      return;
    }
    if (current !== running || !engine.isLive()) return; // cancelled or lost meanwhile
    running.lastBeat = Date.now();
    running.sent = true;
    engine.send(running.job.message(running.id));
  };

  const watch = setInterval(
    () => {
      const now = Date.now();
      const silent = engine.isSilent(now);
      const stuck = engine.isLive() && current?.sent === true && now - current.lastBeat > options.hangMs;
      if (!silent && !stuck) return;
      const { pid } = engine.state;
      log.error({ device: options.device, pid, silent, stuck }, 'engine process hangs and is killed');
      const detail = { pid, hangMs: options.hangMs };
      current?.reject(new AppError('engine_hung', 'The engine process stopped answering and was killed.', { detail }));
      current = undefined;
      engine.kill(detail);
    },
    Math.min(1000, options.hangMs / 4),
  );
  watch.unref();

  return {
    ready: engine.up,
    load: () => waiting.length + (current ? 1 : 0),
    describe: () => ({ ...engine.state }),
    run: (job) => {
      if (closed) return Promise.reject(stopped());
      if (job.signal?.aborted) return Promise.reject(cancelled());
      let onAbort = () => {};
      const answer = new Promise<FromChild>((resolve, reject) => {
        const id = nextId++;
        if (job.aside) return void aside.ask({ id, message: job.message(id), resolve, reject });
        const running: Running = { id, job, resolve, reject, sent: false, lastBeat: Date.now() };
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
      current?.reject(stopped());
      current = undefined;
      aside.dismiss(stopped());
      await engine.close();
    },
  };

  function cancel(running: Running): void {
    const at = waiting.indexOf(running);
    if (at >= 0) {
      waiting.splice(at, 1);
      running.reject(cancelled());
    } else if (current === running && !running.sent) finish(({ reject }) => reject(cancelled()));
    else if (current === running) engine.send({ type: 'cancel', id: running.id });
  }
}

const cancelled = () => new AppError('cancelled', 'Cancelled.');
