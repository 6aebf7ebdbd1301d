/** An order's first record: who, where and what, once per event. */
import { AppError } from '../core/errors.ts';
import type { Records } from '../core/records.ts';
import type { Order, Sender } from '../core/studio.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Database, Db } from './database.ts';
import { plainText, toJson } from './json.ts';
import { findView } from './views.ts';

type Admission = Pick<Records, 'admit' | 'refuse' | 'acknowledge' | 'abandon'>;

export const UNFINISHED = ['received', 'queued', 'running'] as const;

export const admission = (db: Database): Admission => ({
  async admit(order, plan, verdicts) {
    const { id, duplicate } = await db.$transaction(async (tx) => {
      await oneAtATime(tx, order.sender);
      const before = await tx.inbox.findUnique({ where: { platform_eventId: eventOf(order) } });
      if (before) return { id: before.generationId, duplicate: true };
      const { personId, accountId } = await accountOf(tx, order.sender);
      const spaceId = await spaceOf(tx, order.sender);
      const ahead = await tx.generation.count({ where: { personId, status: { in: [...UNFINISHED] } } });
      const { id } = await tx.generation.create({
        data: {
          kind: order.request.kind,
          request: toJson(order.request),
          recipe: toJson(plan.recipe),
          notes: plan.notes.map(plainText),
          cost: plan.cost,
          turn: ahead + 1,
          address: toJson(order.address),
          ...{ personId, accountId, spaceId, parentId: order.parentId ?? null },
        },
        select: { id: true },
      });
      await tx.inbox.create({ data: { ...eventOf(order), generationId: id } });
      await tx.delivery.create({ data: { generationId: id, platform: order.address.platform } });
      await writeVerdicts(tx, verdicts, { ...whose(order), generationId: id });
      return { id, duplicate: false };
    });
    const generation = id === null ? undefined : await findView(db, id);
    if (generation) return { generation, duplicate };
    throw new AppError('not_found', 'This was asked and answered before.'); // refused, or deleted since
  },

  refuse: (order, verdicts) =>
    db.$transaction(async (tx) => {
      const { count } = await tx.inbox.createMany({ data: [eventOf(order)], skipDuplicates: true });
      if (count > 0) await writeVerdicts(tx, verdicts, whose(order));
    }),

  async acknowledge(id, address) {
    // The address counts even when a cancel came first: that is where the person reads of it.
    await db.$executeRaw`
      UPDATE generation SET
        address = ${JSON.stringify(toJson(address))}::jsonb,
        queued_at = CASE WHEN status = 'received' THEN now() ELSE queued_at END,
        status = CASE WHEN status = 'received' THEN 'queued' ELSE status END
      WHERE id = ${id}::uuid`;
  },

  abandon: (id) =>
    db.$transaction(async (tx) => {
      const ended = await tx.$executeRaw`
        UPDATE generation SET status = 'failed', ended_at = now(), error_code = 'platform_unavailable',
          error_message = 'The chat service did not take our answer in time.'
        WHERE id = ${id}::uuid AND status = 'received'`;
      if (ended) await tx.$executeRaw`UPDATE delivery SET state = 'void' WHERE generation_id = ${id}::uuid`;
    }),
});

/** Until the transaction ends: repetitions of an event find its record, and each job of a person its own turn. */
const oneAtATime = (tx: Db, { platform, accountId }: Sender) =>
  tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`${platform} ${accountId}`}, 0))`;

const eventOf = ({ sender, eventId }: Order) => ({ platform: sender.platform, eventId });

const whose = ({ sender, eventId }: Order) => ({
  ...{ platform: sender.platform, eventId, accountId: sender.accountId },
  spaceId: sender.space?.id ?? null,
});

/** Appends; nobody can take them back. */
export async function writeVerdicts(
  tx: Db,
  verdicts: (Verdict & { imageIndex?: number })[],
  about: { generationId: string } | ReturnType<typeof whose>,
): Promise<void> {
  await tx.verdict.createMany({ data: verdicts.map((verdict) => ({ ...verdict, ...about })) });
}

async function accountOf(tx: Db, sender: Sender): Promise<{ personId: string; accountId: string }> {
  const [identity, name] = [{ platform: sender.platform, externalId: sender.accountId }, plainText(sender.name)];
  const known = await tx.account.findUnique({ where: { platform_externalId: identity } });
  if (known && known.name !== name) await tx.account.update({ where: { id: known.id }, data: { name } });
  const { id, personId } = known ?? (await tx.account.create({ data: { ...identity, name, person: { create: {} } } }));
  return { personId, accountId: id };
}

async function spaceOf(tx: Db, { platform, space }: Sender): Promise<string | null> {
  if (!space) return null;
  const [identity, name] = [
    { platform, externalId: space.id },
    space.name === undefined ? null : plainText(space.name),
  ];
  const find = () => tx.space.findUnique({ where: { platform_externalId: identity } });
  const known = await find();
  if (known && (name === null || name === known.name)) return known.id;
  if (known) await tx.space.update({ where: { id: known.id }, data: { name } });
  else await tx.space.createMany({ data: [{ ...identity, name }], skipDuplicates: true }); // somebody else's job may be first
  return (await find())?.id ?? null;
}
