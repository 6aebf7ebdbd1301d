/** The outbox: an outcome is shown by whoever leases its row, until someone says it is shown. */
import type { Logger } from '../core/log.ts';
import type { DueDelivery, Records } from '../core/records.ts';
import type { Database, Db } from './database.ts';
import { Prisma } from './generated/client/client.ts';
import { plainText, toJson } from './json.ts';
import { sortViews } from './views.ts';

type Deliveries = Pick<
  Records,
  'dueDeliveries' | 'extendDelivery' | 'delivered' | 'postpone' | 'takeProgressTurn' | 'takeWaitingTurn'
>;

export const makeDue = (tx: Db, generationId: string) =>
  tx.$executeRaw`
    UPDATE delivery SET state = 'due', due_at = now() WHERE generation_id = ${generationId}::uuid AND state = 'waiting'`;

export const deliveries = (db: Database, log: Logger): Deliveries => ({
  async dueDeliveries(platforms, limit, leaseMs) {
    const taken = await db.$queryRaw<{ id: string; of: string; attempt: number }[]>`
      UPDATE delivery SET attempts = attempts + 1, leased_until = now() + ${leaseMs} * interval '1 millisecond'
      WHERE id IN (
        SELECT id FROM delivery
        WHERE state = 'due' AND platform = ANY(${platforms}) AND due_at <= now()
          AND (leased_until IS NULL OR leased_until < now())
        ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
      RETURNING id, generation_id AS of, attempts AS attempt`;
    if (taken.length === 0) return [];
    const { views, unreadable } = await sortViews(
      db,
      Prisma.sql`WHERE g.id = ANY(${taken.map(({ of }) => of)}::uuid[])`,
    );
    const due: DueDelivery[] = [];
    for (const { id, of, attempt } of taken) {
      const generation = views.find((view) => view.id === of);
      if (generation) due.push({ id, generationId: of, generation, address: generation.address, attempt });
      const unread = unreadable.find((one) => one.id === of);
      if (!unread) continue;
      const { address, cause } = unread;
      if (attempt === 1 || !address)
        log.error({ generationId: of, err: cause, addressKnown: !!address }, 'record of a newer version is due');
      if (address) due.push({ id, generationId: of, address, attempt });
      else
        await db.delivery.update({
          where: { id },
          data: { state: 'given_up', reason: 'unreadable', leasedUntil: null },
        });
    }
    return due;
  },

  async extendDelivery(deliveryId, leaseMs) {
    await db.$executeRaw`
      UPDATE delivery SET leased_until = now() + ${leaseMs} * interval '1 millisecond'
      WHERE id = ${deliveryId}::uuid AND state = 'due' AND leased_until IS NOT NULL`;
  },

  delivered: (deliveryId, { message, address }) =>
    db.$transaction(async (tx) => {
      // The generation first, as everyone does, so that nobody waits in a circle.
      await tx.$executeRaw`
        UPDATE generation SET address = ${JSON.stringify(toJson(address))}::jsonb
        WHERE id = (SELECT generation_id FROM delivery WHERE id = ${deliveryId}::uuid)`;
      await tx.$executeRaw`
        UPDATE delivery SET message = coalesce(${message ?? null}, message), leased_until = NULL, reason = NULL,
          sent_at = now(), state = CASE WHEN state = 'void' THEN state ELSE 'sent' END
        WHERE id = ${deliveryId}::uuid`;
    }),

  async postpone(deliveryId, at, reason) {
    const never = at === 'never';
    await db.delivery.updateMany({
      where: { id: deliveryId, state: 'due' },
      data: { leasedUntil: null, reason: plainText(reason), ...(never ? { state: 'given_up' } : { dueAt: at }) },
    });
  },

  async takeProgressTurn(generationId, everyMs) {
    const taken = await db.$executeRaw`
      UPDATE delivery SET progress_at = now()
      WHERE generation_id = ${generationId}::uuid AND state = 'waiting'
        AND (progress_at IS NULL OR progress_at <= now() - ${everyMs} * interval '1 millisecond')`;
    return taken > 0;
  },

  async takeWaitingTurn(generationId, everyMs, says) {
    const taken = await db.$executeRaw`
      UPDATE delivery SET progress_at = now(), standing = ${JSON.stringify(says)}::jsonb
      FROM generation g
      WHERE g.id = generation_id AND generation_id = ${generationId}::uuid AND g.status = 'queued' AND state = 'waiting'
        AND (progress_at IS NULL OR progress_at <= now() - ${everyMs} * interval '1 millisecond')`;
    return taken > 0;
  },
});
