/** The database as the store speaks to it. */
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Logger } from '../core/log.ts';
import { type Prisma, PrismaClient } from './generated/client/client.ts';

export type Database = PrismaClient;
/** The database, or a transaction in it. */
export type Db = Prisma.TransactionClient;

/** A connection to a silent database cannot be taken leave of. */
const LEAVE_MS = 1_000;

/** Nothing connects before the first query; after `close` nothing is connected. */
export function openDatabase({ log }: { log: Logger }, url: string): { db: Database; close(): Promise<void> } {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    application_name: 'atelier',
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
    // A process that is frozen in mid-transaction must not keep everybody else from the line.
    idle_in_transaction_session_timeout: 5_000,
  });
  const lost = ({ message }: Error) => log.warn({ reason: message }, 'database connection lost'); // the error holds its client
  pool.on('error', lost);
  const db = new PrismaClient({
    adapter: new PrismaPg(pool, { onConnectionError: lost }),
    transactionOptions: { maxWait: 10_000, timeout: 20_000 },
  });
  const close = async () => {
    await db.$disconnect();
    await end(pool);
  };
  return { db, close };
}

/** `pool.end` answers before its connections are closed: a server that stops then tells them that they are lost. */
async function end(pool: pg.Pool): Promise<void> {
  let left = pool.totalCount;
  let timer: NodeJS.Timeout | undefined;
  const gone = new Promise<void>((resolve) => {
    if (left === 0) return resolve();
    pool.on('remove', () => --left === 0 && resolve());
    timer = setTimeout(resolve, LEAVE_MS);
  });
  await pool.end();
  await gone;
  clearTimeout(timer);
}
