/** A passing word on the message of an unfinished generation, and never on top of its outcome. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { GenerationView, Records } from '../core/records.ts';
import type { Reply } from '../core/reply.ts';
import type { Deliveries, DeliveriesDeps } from './deliveries.ts';
import { courierFor } from './studio.ts';

export interface TouchDeps extends Pick<DeliveriesDeps, 'couriers' | 'turnstile' | 'log'> {
  records: Pick<Records, 'find'>;
  present: { outcome(generation: GenerationView): Reply };
  deliveries: Pick<Deliveries, 'handles'>;
}

/** Called within the turnstile. Best effort: never throws for what the platform says. */
export type Touch = (generation: GenerationView, reply: Reply) => Promise<void>;

/** `settleMs`: how long after a word that came too late the outcome may take to reach this process. */
export function createTouch(
  { records, couriers, present, deliveries, turnstile, log }: TouchDeps,
  { settleMs }: { settleMs: number },
  stopping: AbortSignal,
): Touch {
  /** The word may have landed on top of an outcome that another process has just shown: show that again. */
  async function repair(generationId: string) {
    try {
      await sleep(settleMs, undefined, { signal: stopping });
      if (deliveries.handles(generationId)) return;
      await turnstile.pass(generationId, async () => {
        const generation = await records.find(generationId);
        if (!generation?.endedAt) return;
        await courierFor(couriers, generation.address)?.deliver(generation.address, present.outcome(generation), 1);
      });
    } catch (err) {
      if (!stopping.aborted) log.warn({ err, generationId }, 'outcome not shown again');
    }
  }

  return async ({ id, address }, reply) => {
    await courierFor(couriers, address)
      ?.progress(address, reply)
      .catch((err) => log.debug({ err, generationId: id }, 'progress not shown'));
    if ((await records.find(id))?.endedAt) void repair(id);
  };
}
