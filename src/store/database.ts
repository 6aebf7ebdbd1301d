/** The database as the store speaks to it. */
import { PrismaPg } from '@prisma/adapter-pg';
import type { Logger } from '../core/log.ts';
import { type Prisma, PrismaClient } from './generated/client/client.ts';

export type Database = PrismaClient;
/** The database, or a transaction in it. */
export type Db = Prisma.TransactionClient;

/** Nothing connects before the first query. */
export function connectDatabase({ log }: { log: Logger }, url: string): Database {
  const pool = {
    connectionString: url,
    max: 10,
    application_name: 'atelier',
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
    // A process that is frozen in mid-transaction must not keep everybody else from the line.
    idle_in_transaction_session_timeout: 5_000,
  };
  const lost = ({ message }: Error) => log.warn({ reason: message }, 'database connection lost'); // the error holds its client
  return new PrismaClient({
    adapter: new PrismaPg(pool, { onPoolError: lost, onConnectionError: lost }),
    transactionOptions: { maxWait: 10_000, timeout: 20_000 },
  });
}
