/** Makes every outcome appear exactly once: takes due rows of the outbox and hands them to their platform's courier. */
import type { Courier } from '../core/courier.ts';
import { type AppError, isRetryable, says, toAppError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { DueDelivery, GenerationView, Records } from '../core/records.ts';
import type { Reply } from '../core/reply.ts';
import { backoffMs } from './backoff.ts';
import { insist } from './insist.ts';
import { createLoop } from './loop.ts';
import { type Couriers, courierFor } from './studio.ts';
import type { Turnstile } from './turnstile.ts';

export interface DeliveriesDeps {
  records: Records;
  couriers: Couriers;
  present: { outcome(generation: GenerationView): Reply; unreadable(generationId: string): Reply };
  /** One message is only ever touched by one of us at a time; shared with the progress edits. */
  turnstile: Turnstile;
  log: Logger;
}

export interface DeliveriesOptions {
  pollMs: number;
  /** How long a taken delivery stays ours after the last word: extended while it is being sent. */
  leaseMs: number;
  /** Under way at once. */
  atOnce: number;
  maxAttempts: number;
  retry: { firstMs: number; maxMs: number };
}

export const DELIVERIES_OPTIONS: DeliveriesOptions = {
  pollMs: 1_000,
  leaseMs: 20_000,
  atOnce: 8,
  maxAttempts: 400, // some four days: a token revoked on a Friday is put right on a Monday
  retry: { firstMs: 1_000, maxMs: 900_000 },
};

export interface Deliveries {
  /** Look now: something has just become due. */
  wake(): void;
  /** Whether this process has, or lately had, the delivery of that generation in hand. */
  handles(generationId: string): boolean;
  /** One last look, then no more; resolves when those under way have ended. */
  stop(): Promise<void>;
}

export function startDeliveries(deps: DeliveriesDeps, options: DeliveriesOptions = DELIVERIES_OPTIONS): Deliveries {
  const { records, couriers, turnstile, log } = deps;
  const underWay = new Set<Promise<void>>();
  const lately = new Set<string>();

  async function round() {
    const free = options.atOnce - underWay.size;
    if (free <= 0) return void (await Promise.race(underWay));
    const platforms = Object.values(couriers).map(({ platform }) => platform); // one may connect later than others
    if (platforms.length === 0) return;
    const due = await records.dueDeliveries(platforms, free, options.leaseMs);
    for (const delivery of due) {
      lately.add(delivery.generationId);
      if (lately.size > 1000) lately.delete(lately.values().next().value!);
      const sending = turnstile
        .pass(delivery.generationId, () => send(deps, options, delivery))
        .catch((err) => log.error({ err, deliveryId: delivery.id }, 'delivery not settled; it comes back'))
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
    if (due.length === free) loop.wake();
  }

  const loop = createLoop({ log, everyMs: options.pollMs, name: 'deliveries' }, round);
  return {
    wake: loop.wake,
    handles: (generationId) => lately.has(generationId),
    async stop() {
      await loop.stop();
      await round().catch(() => {}); // what the last jobs left; the rest keeps until the next start
      await Promise.all(underWay);
    },
  };
}

async function send(deps: DeliveriesDeps, options: DeliveriesOptions, delivery: DueDelivery): Promise<void> {
  const { id, generationId, address, attempt } = delivery;
  const log = deps.log.child({ deliveryId: id, generationId, platform: address.platform, attempt });
  const shown = await show({ ...deps, log }, options, delivery);
  if (!shown) return;
  await insist(() => deps.records.delivered(id, shown));
  log.info('delivered');
}

/** Where it is shown now; undefined when it is not, and is postponed or given up. */
async function show(
  { records, couriers, present, log }: DeliveriesDeps,
  options: DeliveriesOptions,
  { id, generationId, generation, address, attempt }: DueDelivery,
): Promise<Awaited<ReturnType<Courier['deliver']>> | undefined> {
  const deliver = (reply: Reply) => {
    const extending = setInterval(() => {
      records.extendDelivery(id, options.leaseMs).catch((err) => log.warn({ err }, 'delivery not extended'));
    }, options.leaseMs / 4);
    return courierFor(couriers, address)!
      .deliver(address, reply, attempt)
      .finally(() => clearInterval(extending));
  };
  let reply: Reply | undefined;
  try {
    reply = generation ? present.outcome(generation) : present.unreadable(generationId);
    return await deliver(reply);
  } catch (caught) {
    const error = toAppError(caught);
    const at = retryAt(error, attempt, options);
    const facts = { err: error, code: error.code, at };
    if (at === 'never' && reply && reply.images.length > 0) {
      const told = await deliver(inWords(reply, error)).catch(() => undefined);
      if (told) {
        log.error(facts, 'pictures cannot be shown; their person was told why');
        return told;
      }
    }
    await records.postpone(id, at, error.code);
    if (at === 'never') log.error(facts, 'delivery given up');
    else log.warn(facts, 'delivery postponed');
    return undefined;
  }
}

/** Pictures that cannot be shown must not leave their person waiting: why, in their place. */
const inWords = ({ archive: _, ...reply }: Reply, error: AppError): Reply => ({
  ...reply,
  state: 'failed',
  headline: says(error),
  images: [],
});

function retryAt(error: AppError, attempt: number, { maxAttempts, retry }: DeliveriesOptions): Date | 'never' {
  if (!isRetryable(error) || attempt >= maxAttempts) return 'never';
  const asked = error.detail.retryAfterMs;
  const wait = backoffMs(attempt, retry);
  return new Date(Date.now() + (typeof asked === 'number' ? Math.max(asked, wait) : wait));
}
