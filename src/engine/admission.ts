/** Who may begin: jobs whose models and calls fit into memory together. The others wait, first come, first served. */
import type { Need } from './needs.ts';
import type { Account } from './sharing/account.ts';

export interface Admission {
  /** Resolves when there is room; a lone job is never refused. Rejects when it is aborted before. Light ones go first. */
  enter(holder: Holder, need: Need): Promise<void>;
  leave(holder: Holder): void;
  /** Bytes that the calls of those who are in may take beside their models. */
  peak(): number;
  /** Jobs that wait. */
  waiting(): number[];
}

type Holder = Pick<Account, 'id' | 'light' | 'signal'>;

interface Waiting {
  holder: Holder;
  need: Need;
  resolve: () => void;
}

export function createAdmission(budget: number): Admission {
  const inside = new Map<Holder, Need>();
  let waiting: Waiting[] = [];

  /** Models that several use are there once; calls come one after the other, but what a model's call took stays with it. */
  const bytesOf = (needs: readonly Need[]): number => {
    const models = new Map(needs.flatMap((need) => [...need.models]));
    const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);
    return sum(models.values()) + peakOf(needs);
  };
  const fits = (need: Need) => inside.size === 0 || bytesOf([...inside.values(), need]) <= budget;
  const admit = () => {
    for (let next = waiting[0]; next && fits(next.need); next = waiting[0]) {
      waiting = waiting.slice(1);
      inside.set(next.holder, next.need);
      next.resolve();
    }
  };
  return {
    enter: (holder, need) =>
      new Promise((resolve, reject) => {
        const { signal, light } = holder;
        signal?.throwIfAborted();
        const onAbort = () => {
          waiting = waiting.filter((other) => other.holder !== holder);
          reject(signal!.reason);
          admit();
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        const done = () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        const entering = { holder, need, resolve: done };
        waiting = light ? [entering, ...waiting] : [...waiting, entering];
        admit();
      }),
    leave(holder) {
      inside.delete(holder);
      admit();
    },
    peak: () => peakOf([...inside.values()]),
    waiting: () => waiting.map(({ holder }) => holder.id),
  };
}

/** Per set of models the largest call, added up. */
function peakOf(needs: readonly Need[]): number {
  const largest = new Map<string, number>();
  for (const { models, peak } of needs) {
    const key = [...models.keys()].sort().join();
    largest.set(key, Math.max(largest.get(key) ?? 0, peak));
  }
  return [...largest.values()].reduce((a, b) => a + b, 0);
}
