/** How far a running job has come, kept where the next attempt finds it. */
import type { Logger } from '../core/log.ts';
import type { Claim, Records } from '../core/records.ts';

export interface Keeper {
  /** Remembers the newest, and writes it down when the last time is long enough ago. */
  offer(state: Uint8Array): void;
  /** Writes down what has not been yet: the job goes back, and somebody will go on from there. */
  flush(): Promise<void>;
}

export function createKeeper(
  { records, log }: { records: Pick<Records, 'keep'>; log: Logger },
  claim: Claim,
  everyMs: number,
): Keeper {
  let newest: Uint8Array | undefined;
  let writing: Promise<void> | undefined;
  let written = Date.now(); // a job that ends soon is not worth a word

  async function write(): Promise<void> {
    const state = newest;
    newest = undefined;
    if (state) await records.keep(claim, state).catch((err) => log.warn({ err }, 'checkpoint not kept'));
    written = Date.now();
  }

  return {
    offer(state) {
      newest = state;
      if (writing || Date.now() - written < everyMs) return;
      writing = write().finally(() => {
        writing = undefined;
      });
    },
    async flush() {
      await writing;
      await write();
    },
  };
}
