/** Who somebody is, by what a platform calls them. */
import type { Sender } from '../core/studio.ts';
import type { Db } from './database.ts';
import { Prisma } from './generated/client/client.ts';
import { plainText } from './json.ts';

/** Until the transaction ends: repetitions of an event find its record, and nobody is made twice. */
export const oneAtATime = ({ platform, accountId }: Sender): Prisma.Sql =>
  Prisma.sql`pg_advisory_xact_lock(hashtextextended(${`${platform} ${accountId}`}, 0))`;

export const isSender = ({ platform, accountId }: Sender): Prisma.PersonWhereInput => ({
  accounts: { some: { platform, externalId: accountId } },
});

/** Their id; of somebody new, a new one. Within `oneAtATime`. */
export async function personFor(tx: Db, { platform, accountId, name }: Sender): Promise<string> {
  const known = await tx.account.findUnique({ where: { platform_externalId: { platform, externalId: accountId } } });
  if (known) return known.personId;
  const made = await tx.account.create({
    data: { platform, externalId: accountId, name: plainText(name), person: { create: {} } },
  });
  return made.personId;
}
