/** BullMQ on Postgres: its own tables in the schema `bullmq` of the same database. */
import { createPostgresBackend, runMigrations, withBackend } from 'bullmq';
import pg from 'pg';
import { AppError } from '../core/errors.ts';
import type { Backend, Classes } from './backend.ts';

/** A Postgres that is connected and silent must not keep whoever asks for it waiting. */
const ANSWER_MS = 2_000;

export async function openPostgres({ url }: { url: string }): Promise<Backend> {
  await migrate(url); // before any worker: on missing tables they would spin
  const patience = { connectionTimeoutMillis: ANSWER_MS, query_timeout: ANSWER_MS };
  const pinger = new pg.Pool({ connectionString: url, max: 1, ...patience });
  pinger.on('error', () => {}); // the next ping tells
  return {
    description: 'Postgres, in the same database',
    classes: withBackend(createPostgresBackend) as unknown as Classes,
    producer: { connectionString: url, max: 2, connectionTimeoutMillis: 3000 },
    consumer: { connectionString: url, max: 2 },
    ping: async () => void (await pinger.query('select 1')),
    close: () => pinger.end(),
  };
}

async function migrate(url: string) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    await runMigrations(client);
  } catch (cause) {
    throw new AppError('database_unavailable', 'The queue could not prepare its tables in Postgres.', { cause });
  } finally {
    await client.end().catch(() => {});
  }
}
