/** Pictures that people handed in: whose they are, what was made from them, and when they go. */
import type { Records } from '../core/records.ts';
import type { Sender } from '../core/studio.ts';
import type { Database, Db } from './database.ts';
import { Prisma } from './generated/client/client.ts';
import { isSender, oneAtATime, personFor } from './people.ts';
import { writeVerdicts } from './verdicts.ts';

type HandedIn = Pick<Records, 'keepHandedIn' | 'refuseHandedIn' | 'handedIn' | 'idleHandedIn' | 'forgetHandedIn'>;

export const handedIn = (db: Database): HandedIn => ({
  keepHandedIn: (sender, { key, sha256, width, height, frames = null }, verdict) =>
    db.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT ${oneAtATime(sender)}`;
      const personId = await personFor(tx, sender);
      const facts = { sha256, width, height, frames, createdAt: new Date() };
      await tx.handedIn.upsert({
        where: { key_personId: { key, personId } },
        create: { key, personId, ...facts },
        update: facts,
      });
      await writeVerdicts(tx, [verdict], whoHandedIn(sender));
    }),

  refuseHandedIn: (sender, verdict) => writeVerdicts(db, [verdict], whoHandedIn(sender)),

  async handedIn(sender, keys) {
    if (keys.length === 0) return [];
    const rows = await db.handedIn.findMany({ where: { key: { in: [...keys] }, person: isSender(sender) } });
    return rows.map(({ key, sha256, width, height, frames }) => ({
      ...{ key, sha256, width, height },
      ...(frames !== null && { frames }),
    }));
  },

  idleHandedIn: (sender) => db.handedIn.count({ where: { person: isSender(sender), uses: { none: {} } } }),

  forgetHandedIn: (olderThanMs) =>
    db.$transaction(async (tx) => {
      const gone = await tx.$queryRaw<{ key: string }[]>`
        DELETE FROM handed_in h WHERE created_at < now() - ${olderThanMs} * interval '1 ms'
          AND NOT EXISTS (SELECT FROM handed_in_use u WHERE u.handed_in_id = h.id) RETURNING key`;
      return unusedOf(
        tx,
        gone.map(({ key }) => key),
      );
    }),
});

/** Those that a new generation is made from, of this person's. */
export const usesOf = (keys: readonly string[]): Prisma.Sql => Prisma.sql`
  INSERT INTO handed_in_use (handed_in_id, generation_id)
  SELECT h.id, made.id FROM made, who, handed_in h WHERE h.person_id = who.person_id AND h.key = ANY(${keys}::text[])`;

/** A generation goes, and with it what was handed in for it and for nothing else. Answers the keys of these. */
export async function releaseHandedIn(tx: Db, generationId: string): Promise<string[]> {
  const gone = await tx.$queryRaw<{ key: string }[]>`
    WITH released AS (DELETE FROM handed_in_use WHERE generation_id = ${generationId}::uuid RETURNING handed_in_id)
    DELETE FROM handed_in h USING released r WHERE h.id = r.handed_in_id AND NOT EXISTS (
      SELECT FROM handed_in_use u WHERE u.handed_in_id = h.id AND u.generation_id <> ${generationId}::uuid) RETURNING key`;
  return gone.map(({ key }) => key);
}

/** Of these keys, those that no picture of ours and nothing handed in lies under. */
export async function unusedOf(tx: Db, keys: string[]): Promise<string[]> {
  const [images, pictures] = [
    await tx.image.findMany({ where: { key: { in: keys } }, select: { key: true } }),
    await tx.handedIn.findMany({ where: { key: { in: keys } }, select: { key: true } }),
  ];
  const used = new Set([...images, ...pictures].map(({ key }) => key));
  return [...new Set(keys)].filter((key) => !used.has(key));
}

const whoHandedIn = ({ platform, accountId, space }: Sender) => ({ platform, accountId, spaceId: space?.id ?? null });
