/** Who takes jobs, and what they have in memory. */
import type { Lanes, Records } from '../core/records.ts';
import type { Database, Db } from './database.ts';
import { Prisma } from './generated/client/client.ts';

/** Silence after which a worker counts no more: three of its words. */
const GONE_MS = 15_000;

export const LIVE_WORKERS = Prisma.sql`SELECT * FROM worker WHERE seen_at > now() - ${GONE_MS} * interval '1 millisecond'`;

export const workers = (db: Database): Pick<Records, 'advertise' | 'retire'> => ({
  async advertise({ id, lanes: { engines, any, light }, models }) {
    await db.$executeRaw`
      INSERT INTO worker (id, engines, lanes, light, models)
      VALUES (${id}::uuid, ${engines}, ${any}, ${light}, ${[...models]}::text[])
      ON CONFLICT (id) DO UPDATE SET engines = excluded.engines, lanes = excluded.lanes, light = excluded.light,
        models = excluded.models, seen_at = now()`;
    await db.$executeRaw`DELETE FROM worker WHERE seen_at < now() - interval '1 day'`; // killed ones
  },

  async retire(workerId) {
    await db.worker.deleteMany({ where: { id: workerId } });
  },
});

/** All lanes there are, as far as workers have said. */
export async function lanesOf(db: Db): Promise<Lanes | undefined> {
  const [row] = await db.$queryRaw<Lanes[]>`
    SELECT sum(engines)::int AS engines, sum(lanes)::int AS any, sum(light)::int AS light
    FROM (${LIVE_WORKERS}) AS live HAVING count(*) > 0`;
  return row;
}
