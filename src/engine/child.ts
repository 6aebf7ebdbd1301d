/** One engine process with several jobs under way: each cancelled on its own, all lost together, the guilty told apart. */
import { AppError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { createAside } from './aside.ts';
import { createEngineProcess, type ProcessOptions, type ProcessState, stopped } from './engine-process.ts';
import { type FromChild, type ToChild, unpackError } from './protocol.ts';

export interface ChildOptions extends ProcessOptions {
  /** Jobs side by side; light ones come on top. */
  jobs: number;
}

export interface ChildState extends ProcessState {
  /** Jobs it may have under way, and has. */
  jobs: number;
  running: number;
  /** Names of the models it holds in memory. */
  models: readonly string[];
}

export interface Job {
  message: (id: number) => ToChild;
  onMessage: (message: FromChild) => void;
  signal?: AbortSignal;
  /** Little work: does not wait for one of the places. */
  light?: boolean | undefined;
  /** Short work beside the jobs, which is neither counted nor cancelled. */
  aside?: boolean;
}

export interface EngineChild {
  /**
   * Rejects with engine_lost, engine_hung, cancelled, or what the job itself failed with. When the process dies,
   * `detail.blamed` says whether this job was in the call that it died in.
   */
  run(job: Job): Promise<FromChild>;
  /** Resolves once the child is up; rejects with why it cannot start. */
  ready(): Promise<void>;
  /** Jobs running and waiting. */
  load(): number;
  describe(): ChildState;
  close(): Promise<void>;
}

interface Accepted {
  id: number;
  job: Job;
  resolve: (message: FromChild) => void;
  reject: (error: AppError) => void;
  lastBeat: number;
}

export function createEngineChild({ log }: { log: Logger }, options: ChildOptions): EngineChild {
  const waiting: Accepted[] = [];
  const running = new Map<number, Accepted>();
  let calling: readonly number[] = []; // whose call it said it would make next
  let models: readonly string[] = [];
  let nextId = 1;
  let pumping = false;
  let closed = false;

  const hear = (message: FromChild) => {
    if (message.type === 'call') calling = message.ids;
    if (message.type === 'models') models = message.names;
    if (!('id' in message) || aside.hear(message)) return;
    const accepted = running.get(message.id ?? Number.NaN);
    if (!accepted) return; // of a job that was given up
    accepted.lastBeat = Date.now();
    if (message.type === 'failed') return finish(accepted, ({ reject }) => reject(unpackError(message.error)));
    if (message.type === 'done') {
      engine.worked();
      return finish(accepted, ({ resolve }) => resolve(message));
    }
    accepted.job.onMessage(message);
  };

  /** Everything under way is lost; only who was in the call is to blame, or who was alone. */
  const lost = (error: AppError) => fail((id) => withBlame(error, isGuilty(id)));
  const isGuilty = (id: number) => (calling.length > 0 ? calling.includes(id) : running.size === 1);
  const fail = (errorOf: (id: number) => AppError) => {
    const ended = [...running.values()].map((accepted) => ({ ...accepted, error: errorOf(accepted.id) }));
    aside.dismiss(errorOf);
    running.clear();
    [calling, models] = [[], []];
    for (const { reject, error } of ended) reject(error);
    void pump();
  };
  const engine = createEngineProcess({ log, onMessage: hear, onLost: lost }, options);
  const aside = createAside(engine);

  const finish = (accepted: Accepted, how: (accepted: Accepted) => void) => {
    running.delete(accepted.id);
    how(accepted);
    void pump();
  };

  const heavy = () => [...running.values()].filter(({ job }) => !job.light).length;
  const startable = () => waiting.findIndex(({ job }) => job.light || heavy() < options.jobs);

  const pump = async (): Promise<void> => {
    if (pumping) return;
    pumping = true;
    while (startable() >= 0) {
      const failure = await engine.up().then(
        () => undefined,
        (error: unknown) => error as AppError,
      );
      const at = startable(); // cancelled meanwhile, or another came
      if (at < 0) break;
      if (!failure && !engine.isLive()) continue;
      const [accepted] = waiting.splice(at, 1) as [Accepted];
      if (failure) {
        accepted.reject(failure);
        continue;
      }
      accepted.lastBeat = Date.now();
      running.set(accepted.id, accepted);
      engine.send(accepted.job.message(accepted.id));
    }
    pumping = false;
  };

  const watch = setInterval(
    () => {
      const now = Date.now();
      const silent = engine.isSilent(now);
      const stuck = [...running.values()].filter(({ lastBeat }) => now - lastBeat > options.hangMs).map(({ id }) => id);
      if (!silent && !(engine.isLive() && stuck.length > 0)) return;
      const { pid } = engine.state;
      log.error({ device: options.device, pid, silent, stuck: stuck.length }, 'engine process hangs and is killed');
      const detail = { pid, hangMs: options.hangMs };
      const hung = new AppError('engine_hung', 'The engine process stopped answering and was killed.', { detail });
      const gone = new AppError('engine_lost', 'The engine process was killed while it had this job.', { detail });
      const guilty = (id: number) => (silent ? isGuilty(id) : stuck.includes(id));
      fail((id) => (guilty(id) ? withBlame(hung, true) : withBlame(gone, false)));
      engine.kill(detail);
    },
    Math.min(1000, options.hangMs / 4),
  );
  watch.unref();

  return {
    ready: engine.up,
    load: () => waiting.length + running.size,
    describe: () => ({ ...engine.state, jobs: options.jobs, running: running.size, models }),
    run: (job) => {
      if (closed) return Promise.reject(stopped());
      if (job.signal?.aborted) return Promise.reject(cancelled());
      let onAbort = () => {};
      const answer = new Promise<FromChild>((resolve, reject) => {
        const id = nextId++;
        if (job.aside) return void aside.ask({ id, message: job.message(id), resolve, reject });
        const accepted: Accepted = { id, job, resolve, reject, lastBeat: Date.now() };
        waiting.push(accepted);
        onAbort = () => cancel(accepted);
        job.signal?.addEventListener('abort', onAbort, { once: true });
        void pump();
      });
      return answer.finally(() => job.signal?.removeEventListener('abort', onAbort));
    },
    async close() {
      closed = true;
      clearInterval(watch);
      for (const { reject } of waiting.splice(0)) reject(stopped());
      fail(stopped);
      await engine.close();
    },
  };

  function cancel(accepted: Accepted): void {
    const at = waiting.indexOf(accepted);
    if (at < 0) engine.send({ type: 'cancel', id: accepted.id });
    else {
      waiting.splice(at, 1);
      accepted.reject(cancelled());
    }
  }
}

const cancelled = () => new AppError('cancelled', 'Cancelled.');

const withBlame = ({ code, message, detail, cause }: AppError, blamed: boolean): AppError =>
  new AppError(code, message, { cause, detail: { ...detail, blamed } });
