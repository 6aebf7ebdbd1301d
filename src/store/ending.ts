/** Ending a generation from outside: its person cancels it, or takes it back altogether. */
import { Address } from '../core/address.ts';
import { AppError } from '../core/errors.ts';
import type { Records, Status } from '../core/records.ts';
import type { Database, Db } from './database.ts';
import { makeDue } from './deliveries.ts';
import { settle } from './fair-share.ts';
import { releaseHandedIn, unusedOf } from './handed-in.ts';

export const ending = (db: Database): Pick<Records, 'cancel' | 'remove'> => ({
  cancel: (id) =>
    db.$transaction(async (tx) => {
      const { status } = await locked(tx, id);
      if (status === 'running') await tx.generation.update({ where: { id }, data: { cancelRequested: true } });
      if (status !== 'received' && status !== 'queued') return status;
      await tx.$executeRaw`
        UPDATE generation SET status = 'cancelled', ended_at = now(), error_code = 'cancelled',
          error_message = 'Cancelled.'
        WHERE id = ${id}::uuid`;
      await tx.$executeRaw`DELETE FROM checkpoint WHERE generation_id = ${id}::uuid`;
      await makeDue(tx, id);
      return 'cancelled';
    }),

  remove: (id) =>
    db.$transaction(async (tx) => {
      const { status, address } = await locked(tx, id);
      const pictures = await tx.$queryRaw<{ key: string }[]>`
        DELETE FROM image WHERE generation_id = ${id}::uuid RETURNING key`;
      // A raised fence: whoever still works on it can no longer write.
      await tx.$executeRaw`
        UPDATE generation SET deleted_at = now(), ended_at = coalesce(ended_at, now()), fence = fence + 1,
          status = CASE WHEN status IN ('received', 'queued', 'running') THEN 'cancelled' ELSE status END,
          lease_until = NULL, request = NULL, recipe = NULL, notes = '{}', error_message = NULL
        WHERE id = ${id}::uuid`;
      if (status === 'running') await settle(tx, id);
      await tx.$executeRaw`DELETE FROM checkpoint WHERE generation_id = ${id}::uuid`;
      await tx.$executeRaw`
        UPDATE delivery SET state = 'void' WHERE generation_id = ${id}::uuid AND state IN ('waiting', 'due')`;
      const keys = await unusedOf(tx, [...pictures.map(({ key }) => key), ...(await releaseHandedIn(tx, id))]);
      const { data: shown } = Address.safeParse(address);
      return { keys, ...(shown && { address: shown }) };
    }),
});

/** The status, which stays so until the transaction ends, and the address, unread. Throws not_found. */
async function locked(tx: Db, id: string): Promise<{ status: Status; address: unknown }> {
  const [row] = await tx.$queryRaw<{ status: Status; address: unknown }[]>`
    SELECT status::text, address FROM generation WHERE id = ${id}::uuid AND deleted_at IS NULL FOR UPDATE`;
  if (!row) throw new AppError('not_found', 'This picture is no longer here.');
  return row;
}
