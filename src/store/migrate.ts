/** Brings a database to this version's schema, at start. The same as `prisma migrate deploy`. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { AppError } from '../core/errors.ts';
import { NO_FILTERS, shippedMigrations, withSchemaEngine } from './schema-engine.ts';
import { unavailable, type Which } from './unavailable.ts';

/** Any number, the same for all of us: whoever migrates holds this advisory lock. */
const LOCK = 4_207_849_484;
const CONNECT_MS = 10_000;
/** How long a server that is just starting is waited for. */
const STARTING_MS = 30_000;

/**
 * Answers the names of the migrations it applied. Of several at once one works, the others wait and find nothing to do.
 * Throws database_unavailable and database_newer.
 */
export async function applyMigrations(url: string, { serverLog }: Pick<Which, 'serverLog'> = {}): Promise<string[]> {
  const list = await shippedMigrations();
  const which = { url, ...(serverLog && { serverLog }) };
  const client = await connect(which);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    if (await isCurrent(client, list)) return [];
    const { rows } = await client.query(`SELECT has_schema_privilege(current_schema(), 'CREATE') AS may`);
    if (!rows[0].may) throw Object.assign(new Error('may not create tables'), { code: '42501' });
    return await withSchemaEngine(url, async (engine) => {
      const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList: list, filters: NO_FILTERS });
      return appliedMigrationNames;
    });
  } catch (error) {
    throw unavailable(which, error) ?? error;
  } finally {
    await client.end();
  }
}

async function connect(which: Which): Promise<pg.Client> {
  for (const until = Date.now() + STARTING_MS; ; await sleep(500)) {
    try {
      const client = new pg.Client({ connectionString: which.url, connectionTimeoutMillis: CONNECT_MS });
      client.on('error', () => {}); // whoever waits for a query hears of it
      await client.connect();
      return client;
    } catch (error) {
      const starting = (error as { code?: string }).code === '57P03' && Date.now() < until;
      if (!starting) throw unavailable(which, error) ?? (which.serverLog ? error : unusable(error));
    }
  }
}

const unusable = (cause: unknown) =>
  new AppError(
    'database_unavailable',
    `DATABASE_URL cannot be used: ${cause instanceof Error ? cause.message : cause}. It must look like postgresql://user:password@host:5432/database, special characters percent-encoded.`,
    { cause },
  );

interface Applied {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
}

/** Asks the database itself, so that an ordinary start needs no engine. */
async function isCurrent(
  client: pg.Client,
  { migrationDirectories }: Awaited<ReturnType<typeof shippedMigrations>>,
): Promise<boolean> {
  const { rows: tables } = await client.query(`SELECT to_regclass('_prisma_migrations') AS found`);
  if (tables[0].found === null) return false;
  const { rows } = await client.query<Applied>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  const shipped = new Set(migrationDirectories.map(({ path }) => path));
  refuseNewer(rows.map(({ migration_name }) => migration_name).filter((name) => !shipped.has(name)));
  const finished = new Map(rows.flatMap((row) => (row.finished_at ? [[row.migration_name, row.checksum]] : [])));
  const failed = rows.find(({ finished_at }) => finished_at === null);
  if (failed) throw halfDone(failed.migration_name);
  return migrationDirectories.every(({ path, migrationFile: { content } }) => {
    return finished.get(path) === (content.tag === 'ok' ? sha256(content.value) : undefined);
  });
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function refuseNewer(unknown: string[]): void {
  if (unknown.length === 0) return;
  throw new AppError(
    'database_newer',
    `The database was migrated by a newer version of Atelier (${unknown.sort().join(', ')}). Start that version, or a later one; or restore a backup from before the upgrade.`,
  );
}

const halfDone = (name: string) =>
  new AppError(
    'internal',
    `Migration ${name} stopped half-way. Restore a backup, or repair the database and mark it with \`npx prisma migrate resolve\`.`,
  );
