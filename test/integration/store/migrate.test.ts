import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { drift } from '../../../src/store/drift.ts';
import { applyMigrations } from '../../../src/store/migrate.ts';
import { shippedMigrations } from '../../../src/store/schema-engine.ts';
import { emptyDatabase, type TestDatabase, testDatabase } from '../database.ts';

const databases: TestDatabase[] = [];
afterEach(async () => {
  for (const database of databases.splice(0)) await database.drop();
});

async function fresh(
  make: () => Promise<TestDatabase>,
): Promise<{ url: string; query(sql: string): Promise<pg.QueryResult> }> {
  const database = await make();
  databases.push(database);
  const query = async (sql: string) => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    return client.query(sql).finally(() => client.end());
  };
  return { url: database.url, query };
}

const shippedNames = async () => (await shippedMigrations()).migrationDirectories.map(({ path }) => path);

describe('migrations', () => {
  it('lead to the schema, no more and no less', async () => {
    const { url, query } = await fresh(emptyDatabase);
    expect(await applyMigrations(url)).toEqual(await shippedNames());
    expect(await drift(url)).toBeUndefined();
    await query('ALTER TABLE generation DROP COLUMN fingerprint');
    expect(await drift(url)).toContain('ADD COLUMN     "fingerprint" TEXT'); // the comparison does see differences
  });

  it('are applied once when several start at the same time', async () => {
    const { url, query } = await fresh(emptyDatabase);
    const applied = await Promise.all([applyMigrations(url), applyMigrations(url), applyMigrations(url)]);
    expect(applied.filter((names) => names.length > 0)).toEqual([await shippedNames()]);
    expect((await query('SELECT 1 FROM _prisma_migrations')).rowCount).toBe((await shippedNames()).length);
  });

  it('are noted the way prisma migrate notes them', async () => {
    const { query } = await fresh(testDatabase);
    const { rows } = await query('SELECT * FROM _prisma_migrations ORDER BY migration_name');
    expect(rows.map((row) => row.migration_name)).toEqual(await shippedNames());
    for (const row of rows)
      expect(row).toMatchObject({
        applied_steps_count: 1,
        logs: null,
        rolled_back_at: null,
        finished_at: expect.any(Date),
      });
  });

  it('have nothing to do the next time', async () => {
    const { url } = await fresh(testDatabase);
    expect(await applyMigrations(url)).toEqual([]);
  });

  it('leave a database of a newer version alone', async () => {
    const { url, query } = await fresh(testDatabase);
    await query(`INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
      VALUES ('x', 'y', '29990101000000_tomorrow', now(), 1)`);
    await expect(applyMigrations(url)).rejects.toMatchObject({
      code: 'database_newer',
      message: expect.stringMatching(/newer version.*29990101000000_tomorrow.*Start that version/s),
    });
  });

  it('stop at one that failed before, and name it', async () => {
    const { url, query } = await fresh(testDatabase);
    await query('UPDATE _prisma_migrations SET finished_at = NULL');
    await expect(applyMigrations(url)).rejects.toThrow(/_init stopped half-way.*migrate resolve/s);
  });
});

describe('a wrong DATABASE_URL is answered in plain words', () => {
  const answer = async (change: (url: URL) => void): Promise<string> => {
    const url = new URL((await fresh(emptyDatabase)).url);
    url.password ||= 'scratch';
    change(url);
    const error = await applyMigrations(url.href).catch((caught) => caught);
    expect(error).toMatchObject({ code: 'database_unavailable' });
    expect(error.message).not.toContain(url.password);
    expect(JSON.stringify(error.detail)).not.toContain(url.password);
    return error.message;
  };

  it('wrong port', async () => {
    expect(await answer((url) => (url.port = '1'))).toMatch(
      /Nothing answers at .*:1\. Start Postgres there, or correct/,
    );
  });
  it('unknown host', async () => {
    expect(await answer((url) => (url.hostname = 'nowhere.invalid'))).toMatch(/host nowhere\.invalid is unknown/);
  });
  it('wrong password', async () => {
    expect(await answer((url) => (url.password = 'hunter2'))).toMatch(/refuses the password of user/);
  });
  it('unknown user', async () => {
    expect(await answer((url) => (url.username = 'stranger'))).toMatch(/user stranger/);
  });
  it('unknown database', async () => {
    expect(await answer((url) => (url.pathname = '/missing'))).toMatch(/no database named missing\. Create it/);
  });
  it('a user who may not create tables', async () => {
    const { url, query } = await fresh(emptyDatabase);
    await query(`DROP ROLE IF EXISTS visitor; CREATE ROLE visitor LOGIN PASSWORD 'open-sesame'`);
    const visitor = Object.assign(new URL(url), { username: 'visitor', password: 'open-sesame' }).href;
    const error = await applyMigrations(visitor).catch((caught) => caught);
    await query('DROP ROLE visitor');
    expect(error).toMatchObject({
      code: 'database_unavailable',
      message: expect.stringMatching(/visitor may not change/),
    });
    expect(error.message).not.toContain('open-sesame');
  });
  it('something that is no Postgres', async () => {
    const { createServer } = await import('node:net');
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const said = await answer((url) => Object.assign(url, { hostname: '127.0.0.1', port: String(port) }));
    expect(said).toMatch(/DATABASE_URL/);
    server.close();
  });
});
