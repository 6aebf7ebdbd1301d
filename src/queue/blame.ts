/** Whose fault it is when an engine goes down under several jobs: all are suspected, and from then on never two in company. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Claim } from '../core/records.ts';
import { createTurnstile } from './turnstile.ts';

/** Those that one engine took along report within that time. */
const TOGETHER_MS = 250;

export interface Blame {
  /** Does it now, or, when the job is suspected, once no other suspect runs here. */
  apart<T>(claim: Claim, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** Of a job whose engine has just gone down: not if the engine says it was idle, or another was suspected already. */
  isSuspect(claim: Claim, engineSays: { blamed?: boolean }): Promise<boolean>;
}

export function createBlame(togetherMs = TOGETHER_MS): Blame {
  const turnstile = createTurnstile();
  let fallen: { claims: Claim[]; complete: Promise<unknown> } | undefined;

  return {
    async apart(claim, signal, work) {
      if (claim.blame === 0) return work();
      const turn = turnstile.pass('suspect', async () => {
        signal.throwIfAborted();
        return { done: await work() };
      });
      let leave = () => {};
      const stopped = new Promise<never>((_, reject) => {
        leave = () => reject(signal.reason);
        signal.addEventListener('abort', leave, { once: true });
      });
      turn.then(() => signal.removeEventListener('abort', leave)).catch(() => {});
      return (await Promise.race([turn, stopped])).done;
    },

    async isSuspect(claim, { blamed = true }) {
      if (!blamed) return false;
      fallen ??= {
        claims: [],
        complete: sleep(togetherMs).then(() => {
          fallen = undefined;
        }),
      };
      const { claims, complete } = fallen;
      claims.push(claim);
      await complete;
      return claim.blame > 0 || claims.every(({ blame }) => blame === 0);
    },
  };
}
