/** A database of its own for a test file: migrated, empty, cloned from a template in a blink. */
import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { applyMigrations } from '../../src/store/migrate.ts';
import { shippedMigrations } from '../../src/store/schema-engine.ts';
import { testServer } from './database-server.ts';

export interface TestDatabase {
  url: string;
  /** Also throws out whoever is still connected. */
  drop(): Promise<void>;
}

/** Any number: whoever makes the template holds this advisory lock. */
const LOCK = 77_001;

export async function testDatabase(): Promise<TestDatabase> {
  const template = `template_${fingerprint(await shippedMigrations())}`;
  return create((name) => [`CREATE DATABASE ${name} TEMPLATE ${template}`], template);
}

/** One without any tables yet. */
export const emptyDatabase = (): Promise<TestDatabase> => create((name) => [`CREATE DATABASE ${name}`]);

async function create(statements: (name: string) => string[], template?: string): Promise<TestDatabase> {
  const server = await testServer();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(server, async (client) => {
    if (template) await ensureTemplate(client, server, template);
    for (const statement of statements(name)) await client.query(statement);
  });
  const drop = () =>
    asAdmin(server, async (client) => {
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    });
  return { url: urlOf(server, name), drop };
}

async function ensureTemplate(client: pg.Client, server: string, template: string): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
  if (!rowCount) {
    const half = `${template}_new`;
    await client.query(`DROP DATABASE IF EXISTS ${half} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${half}`);
    await applyMigrations(urlOf(server, half));
    await client.query(`ALTER DATABASE ${half} RENAME TO ${template}`);
  }
  await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
}

async function asAdmin(server: string, use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}

const fingerprint = (migrations: unknown): string =>
  createHash('sha256').update(JSON.stringify(migrations)).digest('hex').slice(0, 16);

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
