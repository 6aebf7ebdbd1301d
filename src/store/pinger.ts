/** Does the database answer? Asked on a connection of its own, which a silent database may keep. */
import pg from 'pg';

const ANSWER_MS = 2_000;

export interface Pinger {
  /** Rejects with what the network or Postgres says. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A connection that was silent is not asked again. Nothing connects before the first ping. */
export function createPinger(url: string): Pinger {
  const pool = new pg.Pool({
    ...{ connectionString: url, application_name: 'atelier', max: 1 },
    ...{ connectionTimeoutMillis: ANSWER_MS, query_timeout: ANSWER_MS },
  });
  pool.on('error', () => {}); // the next ping tells
  return {
    ping: async () => void (await pool.query('SELECT 1')),
    close: () => pool.end(),
  };
}
