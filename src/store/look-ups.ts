/** Questions about generations. */
import type { GenerationView, Records, Status } from '../core/records.ts';
import type { Database } from './database.ts';
import { Prisma } from './generated/client/client.ts';
import { findView, isId, selectViews, sortViews } from './views.ts';

type LookUps = Pick<
  Records,
  'find' | 'outline' | 'findByMessage' | 'personOf' | 'history' | 'unfinished' | 'open' | 'counts'
>;

/** Past records that this version cannot read, so many at once. */
const READ_ON = 100;

export const lookUps = (db: Database): LookUps => ({
  find: async (id) => (isId(id) ? findView(db, id) : undefined),

  async outline(id) {
    if (!isId(id)) return undefined;
    const outline = { personId: true, status: true };
    return (await db.generation.findUnique({ where: { id, deletedAt: null }, select: outline })) ?? undefined;
  },

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
    const found: GenerationView[] = [];
    let [last, size] = [before, limit];
    while (found.length < limit) {
      const older = last === undefined ? Prisma.empty : Prisma.sql`AND g.id < ${last}::uuid`;
      // uuid v7: by id is by time
      const page = Prisma.sql`WHERE g.person_id = ${personId}::uuid ${older} ORDER BY g.id DESC LIMIT ${size}`;
      const { views, unreadable } = await sortViews(db, page);
      found.push(...views);
      const ids = [...views, ...unreadable].map(({ id }) => id);
      if (ids.length < size) break;
      last = ids.reduce((lowest, id) => (id < lowest ? id : lowest));
      size = READ_ON; // what cannot be read may be much
    }
    return found.slice(0, limit);
  },

  unfinished: (personId) =>
    db.generation.count({ where: { personId, status: { in: ['received', 'queued', 'running'] }, deletedAt: null } }),

  async open(personId) {
    const open = Prisma.sql`
      WHERE g.person_id = ${personId}::uuid AND g.status IN ('received', 'queued', 'running') ORDER BY g.id`;
    return (await sortViews(db, open)).views;
  },

  counts: () => db.$queryRaw<{ kind: string; status: Status; count: number }[]>(OPEN_BY_KIND),
});

/** Finds its rows by their status: a long history costs it nothing. */
export const OPEN_BY_KIND = Prisma.sql`
  SELECT kind, status::text, count(*)::int AS count FROM generation
  WHERE status IN ('received', 'queued', 'running') GROUP BY kind, status ORDER BY kind, status`;
