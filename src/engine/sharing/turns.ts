/** One call of the device after the other, each for whose turn it is. Between two of them messages are read and rows gather. */
import type { Account } from './account.ts';
import { createLine, type Lot, type Unit } from './line.ts';

/** Rows of one kind, and the call that answers them. */
export interface SharedLot<R, A> extends Lot {
  run(rows: readonly R[]): Promise<A[]>;
}

export interface Turns {
  /** A job begins; what still waits of it is given up when the answer is called. */
  open(account: Account): () => void;
  /** Work with a call of its own. */
  alone<T>(account: Account, work: () => Promise<T>): Promise<T>;
  /** A row that may share a call with others of its lot. */
  share<R, A>(lot: SharedLot<R, A>, row: R, account: Account, bundle?: unknown): Promise<A>;
  /** Whose work is done next; nobody's: []. Told when that changes. */
  listen(listener: (ids: readonly number[]) => void): void;
  /** Work outside of turns that holds up everything all the same, such as opening a model. */
  announce(account: Account): void;
  /** Jobs of which something waits. */
  waiting(): number[];
}

interface Waiting extends Unit {
  row?: unknown;
  start: (call: readonly Waiting[]) => Promise<void>;
  reject: (reason: unknown) => void;
}

export function createTurns(): Turns {
  const line = createLine<Waiting>();
  const present = new Set<Waiting>();
  const jobs = new Set<Account>();
  let running = false;
  let onCall: (ids: readonly number[]) => void = () => {};
  let told = '';
  const tell = (ids: readonly number[]) => {
    const telling = ids.join();
    if (telling === told) return;
    told = telling;
    onCall(ids);
  };
  /** Nobody's call comes next. Between two calls of a job that is alone that need not be said: all that happens is its. */
  const rest = () => {
    const [only] = jobs;
    if (jobs.size !== 1 || told !== String(only!.id)) tell([]);
  };

  const drop = (unwanted: (unit: Waiting) => boolean, reason: (account: Account) => unknown) => {
    for (const unit of line.drop(unwanted)) {
      present.delete(unit);
      unit.reject(reason(unit.account));
    }
  };
  const pump = async () => {
    for (;;) {
      await turn();
      for (const { account } of present) {
        if (!account.signal?.aborted) continue;
        drop(isAborted, ({ signal }) => signal!.reason);
        break;
      }
      const call = line.take();
      if (call.length === 0) break;
      for (const unit of call) present.delete(unit);
      tell([...new Set(call.map(({ account }) => account.id))]);
      const before = performance.now();
      await call[0]!.start(call);
      line.settle(call, performance.now() - before);
    }
    running = false;
    rest();
  };
  const add = (unit: Waiting) => {
    line.add(unit);
    present.add(unit);
    if (running) return;
    running = true;
    void pump();
  };

  return {
    open(account) {
      const close = line.open(account);
      jobs.add(account);
      if (!running) rest();
      return () => {
        drop(
          (unit) => unit.account === account,
          () => new Error('The job this belongs to has ended.'),
        );
        close();
        jobs.delete(account);
        if (!running) rest();
      };
    },
    alone: (account, work) =>
      new Promise((resolve, reject) => {
        add({ account, reject, start: () => work().then(resolve, reject) });
      }),
    share<R, A>(lot: SharedLot<R, A>, row: R, account: Account, bundle?: unknown): Promise<A> {
      return new Promise<A>((resolve, reject) => {
        const unit: Waiting & { resolve: (answer: A) => void } = {
          ...{ account, lot, bundle, row, resolve, reject },
          async start(call) {
            const shared = call as readonly (typeof unit)[];
            try {
              const answers = await lot.run(shared.map(({ row }) => row as R));
              for (const [i, { resolve }] of shared.entries()) resolve(answers[i]!);
            } catch (error) {
              for (const { reject } of shared) reject(error);
            }
          },
        };
        add(unit);
      });
    },
    listen(listener) {
      onCall = listener;
    },
    announce: ({ id }) => tell([id]),
    waiting: () => [...new Set([...present].map(({ account }) => account.id))],
  };
}

const isAborted = ({ account }: Unit) => account.signal?.aborted === true;

const turn = () => new Promise((resolve) => setImmediate(resolve));
