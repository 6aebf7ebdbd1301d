/** The line: who is taken next, and how everybody stands. */
import { z } from 'zod';
import type { Logger } from '../core/log.ts';
import type { Claim, Line, Records, Standing } from '../core/records.ts';
import type { Database } from './database.ts';
import { makeDue } from './deliveries.ts';
import { enterLine, oneInLineAtATime, recentRates, refund } from './fair-share.ts';
import { Prisma } from './generated/client/client.ts';
import { takeFairest } from './taking.ts';
import { uuidSince } from './uuid.ts';
import { sortViews, type Unreadable } from './views.ts';
import { lanesOf } from './workers.ts';

type InLine = Pick<Records, 'claimNext' | 'line' | 'waiting' | 'adopt' | 'unserved'>;

/** How soon to look again when somebody else is just at the row that would be next. */
const BUSY_MS = 50;
/** Finished jobs of each kind and model that an ETA is made from. */
const PACES = 50;
const LATELY_MS = 10 * 60_000;
/** Of whoever came within it, so much before that is looked at, too: an older job that is still open is overlooked. */
const STILL_HERE_MS = 60 * 60_000;

const Said = z.object({ ahead: z.number(), etaSeconds: z.number().optional(), etaHighSeconds: z.number().optional() });

export const line = (db: Database, log: Logger): InLine => ({
  async claimNext(leaseMs, by) {
    for (;;) {
      const [, rows] = await db.$transaction([
        db.$executeRaw`SELECT ${oneInLineAtATime}`,
        db.$queryRaw<{ id: string; fence: number; blame: number; weight: number }[]>(takeFairest(leaseMs, by ?? {})),
      ]);
      if (!rows[0]) return whenReady(db, by?.lightOnly);
      const { id, ...right } = rows[0];
      const { fence } = right;
      const [{ views, unreadable }, kept] = await Promise.all([
        sortViews(db, Prisma.sql`WHERE g.id = ${id}::uuid`),
        db.checkpoint.findUnique({ where: { generationId: id }, select: { state: true } }),
      ]);
      if (views[0]) return { generation: views[0], ...right, ...(kept && { state: kept.state }) } satisfies Claim;
      if (unreadable[0]) await endUnreadable(db, log, unreadable[0], fence);
    }
  },

  async line({ first, with: some = [] }) {
    const [waiting, running, lanes, paces, [newcomers]] = await Promise.all([
      db.$queryRaw<(Omit<Line['waiting'][number], 'shown'> & { standing: unknown })[]>`
        WITH present AS (
          SELECT g.*, CASE WHEN g.status = 'queued' OR EXISTS (
              SELECT FROM generation other WHERE other.person_id = g.person_id AND other.status = 'queued')
            THEN p.served ELSE greatest(p.served, (SELECT now FROM fair_clock)) END AS served
          FROM generation g JOIN person p ON p.id = g.person_id
          WHERE g.status = 'queued' OR (g.status = 'received' AND g.id = ANY(${[...some]}::uuid[]))),
        starting AS (
          SELECT present.*, served - estimate_ms / weight
            + sum(estimate_ms / weight) OVER (PARTITION BY person_id ORDER BY id) AS start FROM present),
        ordered AS (
          SELECT id, start, (row_number() OVER turns - 1)::int AS ahead, sum(estimate_ms) OVER turns - estimate_ms AS ahead_ms,
            light AND count(*) FILTER (WHERE light) OVER turns <= ${first} AS among_first_light
          FROM starting WINDOW turns AS (ORDER BY start, id ROWS UNBOUNDED PRECEDING))
        SELECT s.id, s.kind, coalesce(s.model, '') AS model, s.cost, s.estimate_ms AS "estimateMs", s.weight, s.light,
          s.person_id AS "personId", s.served, d.platform, d.standing, o.start, o.ahead, o.ahead_ms AS "aheadMs",
          greatest(0, coalesce(extract(epoch FROM s.not_before - now()), 0) * 1000)::float8 AS "inMs"
        FROM ordered o JOIN present s ON s.id = o.id JOIN delivery d ON d.generation_id = o.id
        WHERE o.ahead < ${first} OR o.among_first_light OR o.id = ANY(${[...some]}::uuid[]) ORDER BY o.ahead`,
      db.$queryRaw<Line['running']>`
        SELECT id, kind, coalesce(model, '') AS model, cost, estimate_ms AS "estimateMs", light,
          greatest(0, extract(epoch FROM now() - started_at) * 1000)::float8 AS "forMs"
        FROM generation WHERE status = 'running' ORDER BY started_at`,
      lanesOf(db),
      db.$queryRaw<Line['paces']>`
        SELECT open.kind, open.model, recent.rate
        FROM (SELECT DISTINCT kind, model FROM generation
            WHERE status IN ('received', 'queued', 'running') AND model IS NOT NULL) AS open
          CROSS JOIN LATERAL (${recentRates(Prisma.sql`open.kind`, Prisma.sql`open.model`, PACES)}) AS recent
        ORDER BY recent.ended_at`,
      db.$queryRaw<Line['newcomers'][]>`
        SELECT count(*) FILTER (WHERE fresh) / greatest(1000, extract(epoch FROM now() - min(created_at)) * 1000)::float8
            AS "perMs", coalesce(avg(estimate_ms) FILTER (WHERE fresh), 0)::float8 AS "meanMs"
        FROM (
          SELECT id, created_at, estimate_ms, coalesce(max(coalesce(ended_at, 'infinity')) OVER before <= created_at, true) AS fresh
          FROM generation WHERE id > ${uuidSince(Date.now() - LATELY_MS - STILL_HERE_MS)}::uuid
          WINDOW before AS (PARTITION BY person_id ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS known
        WHERE id > ${uuidSince(Date.now() - LATELY_MS)}::uuid`,
    ]);
    return {
      waiting: waiting.map(({ standing, ...one }) => {
        const shown = Said.safeParse(standing).data as Standing | undefined;
        return { ...one, ...(shown && { shown }) };
      }),
      running,
      ...(lanes && { lanes }),
      paces,
      newcomers: newcomers ?? { perMs: 0, meanMs: 0 },
    };
  },

  waiting: () => db.generation.count({ where: { status: 'queued' } }),

  async adopt(olderThanMs) {
    const late = Prisma.sql`status = 'received' AND created_at < now() - ${olderThanMs} * interval '1 millisecond'`;
    const found = await db.$queryRaw<unknown[]>`SELECT 1 FROM generation WHERE ${late} LIMIT 1`;
    if (found.length === 0) return 0; // the lock is others' time
    const [, adopted] = await db.$transaction([
      db.$executeRaw`SELECT ${oneInLineAtATime}`,
      db.$queryRaw<{ id: string }[]>(enterLine(late)),
    ]);
    return adopted.length;
  },

  async unserved() {
    return db.$queryRaw<{ id: string; light: boolean }[]>`
      SELECT id, light FROM generation WHERE status = 'queued' OR (status = 'running' AND lease_until < now()) ORDER BY id`;
  },
});

async function whenReady(db: Database, lightOnly = false): Promise<{ againInMs: number } | undefined> {
  const [row] = await db.$queryRaw<{ ms: number }[]>`
    SELECT coalesce(extract(epoch FROM min(coalesce(not_before, now())) - now()) * 1000, 0)::float8 AS ms
    FROM generation WHERE status = 'queued' AND (light OR ${!lightOnly}) HAVING count(*) > 0`;
  return row && { againInMs: Math.max(BUSY_MS, Math.ceil(row.ms)) };
}

/** A newer version wrote it. It ends here, once, with a reason its person can read. */
async function endUnreadable(db: Database, log: Logger, { id, cause }: Unreadable, fence: number): Promise<void> {
  log.error({ generationId: id, err: cause }, 'record of a newer version; the job is ended');
  await db.$transaction(async (tx) => {
    const held = await tx.$executeRaw`
      UPDATE generation SET status = 'failed', ended_at = now(), lease_until = NULL, error_code = 'internal',
        error_message = 'A newer version of Atelier wrote this request, and the one that runs here cannot read it.'
      WHERE id = ${id}::uuid AND fence = ${fence} AND status = 'running'`;
    if (!held) return;
    await refund(tx, id);
    await tx.$executeRaw`DELETE FROM checkpoint WHERE generation_id = ${id}::uuid`;
    await makeDue(tx, id);
  });
}
