/** A store on a database of its own, and SQL beside it. */
import pg from 'pg';
import pino from 'pino';
import type { Logger } from '../../../src/core/log.ts';
import type { Records } from '../../../src/core/records.ts';
import { openStore } from '../../../src/store/store.ts';
import { testDatabase } from '../database.ts';

export interface AStore {
  records: Records;
  sql: pg.Client;
  close(): Promise<void>;
}

export async function aStore(log: Logger = pino({ level: 'silent' })): Promise<AStore> {
  const database = await testDatabase();
  const store = await openStore({ config: { DATA_DIR: '/nonexistent', DATABASE_URL: database.url }, log });
  const sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
  return {
    records: store.records,
    sql,
    async close() {
      await sql.end();
      await store.close();
      await database.drop();
    },
  };
}

/** Nobody waits, runs or has received anything, whatever earlier tests left. */
export async function emptyLine({ sql }: Pick<AStore, 'sql'>): Promise<void> {
  await sql.query(`UPDATE generation SET status = 'cancelled', total_ms = NULL, started_at = NULL`);
  await sql.query('UPDATE person SET served = 0');
  await sql.query('UPDATE fair_clock SET now = 0');
  await sql.query('DELETE FROM worker');
  await sql.query('DELETE FROM checkpoint');
}
