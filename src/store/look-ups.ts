/** Questions about generations. */
import type { Records, Status } from '../core/records.ts';
import type { Database } from './database.ts';
import { Prisma } from './generated/client/client.ts';
import { findView, isId, selectViews } from './views.ts';

type LookUps = Pick<
  Records,
  'find' | 'findByMessage' | 'personOf' | 'history' | 'unfinished' | 'ahead' | 'recentRates' | 'counts' | 'strays'
>;

export const lookUps = (db: Database): LookUps => ({
  find: async (id) => (isId(id) ? findView(db, id) : undefined),

  async findByMessage(platform, message) {
    const shown = Prisma.sql`
      JOIN delivery d ON d.generation_id = g.id WHERE d.platform = ${platform} AND d.message = ${message}
      ORDER BY g.id DESC LIMIT 1`;
    return (await selectViews(db, shown))[0];
  },

  async personOf({ platform, accountId }) {
    const identity = { platform, externalId: accountId };
    return (await db.account.findUnique({ where: { platform_externalId: identity } }))?.personId;
  },

  async history(personId, { limit, before }) {
    if (before !== undefined && !isId(before)) return [];
    const older = before === undefined ? Prisma.empty : Prisma.sql`AND g.id < ${before}::uuid`;
    // uuid v7: by id is by time
    return selectViews(
      db,
      Prisma.sql`WHERE g.person_id = ${personId}::uuid ${older} ORDER BY g.id DESC LIMIT ${limit}`,
    );
  },

  unfinished: (personId) =>
    db.generation.count({ where: { personId, status: { in: ['received', 'queued', 'running'] }, deletedAt: null } }),

  async ahead(id) {
    const [row] = await db.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM generation AS other, generation AS mine
      WHERE mine.id = ${id}::uuid AND mine.status IN ('received', 'queued')
        AND other.status = 'queued' AND (other.turn, other.id) < (mine.turn, mine.id)`;
    return row?.count ?? 0;
  },

  async recentRates(kind, limit) {
    const rows = await db.$queryRaw<{ rate: number }[]>`
      SELECT total_ms / cost AS rate FROM generation
      WHERE kind = ${kind} AND status = 'done' AND total_ms IS NOT NULL AND cost > 0
      ORDER BY ended_at DESC LIMIT ${limit}`;
    return rows.map(({ rate }) => rate);
  },

  counts: () =>
    db.$queryRaw<{ kind: string; status: Status; count: number }[]>`
      SELECT kind, status::text, count(*)::int AS count FROM generation GROUP BY kind, status ORDER BY kind, status`,

  strays: (olderThanMs) =>
    db.$queryRaw<{ id: string; turn: number; status: Status }[]>`
      SELECT id::text, turn, status::text FROM generation
      WHERE deleted_at IS NULL AND (
        (status = 'received' AND created_at < now() - ${olderThanMs} * interval '1 millisecond')
        OR (status = 'queued' AND queued_at < now() - ${olderThanMs} * interval '1 millisecond')
        OR (status = 'running' AND lease_until < now()))
      ORDER BY turn, id`,
});
