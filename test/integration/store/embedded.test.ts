import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { readPostmaster } from '../../../src/store/postgres/postmaster.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { allowed, anOrder, aPlan } from './orders.ts';
import { type Program, startProgram } from './program.ts';

const log = pino({ level: 'silent' });
let home: string;
let DATA_DIR: string;
let data: string;
const opened: Store[] = [];
const programs: Program[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'atelier-embedded-'));
  await chmod(home, 0o755);
  DATA_DIR = join(home, 'data');
  data = join(DATA_DIR, 'postgres', 'data');
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  for (const program of programs.splice(0)) await program.end('SIGTERM');
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function open(): Promise<Store> {
  const store = await openStore({ config: { DATA_DIR }, log });
  opened.push(store);
  return store;
}
async function start(): Promise<Program> {
  const program = await startProgram(DATA_DIR);
  programs.push(program);
  return program;
}
const isGone = (pid: number) =>
  stat(`/proc/${pid}`).then(
    () => false,
    () => true,
  );
const query = async (url: string, sql: string) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client.query(sql).finally(() => client.end());
};

it('makes itself in an empty folder, and says where without saying its password', async () => {
  const store = await open();
  await store.ping();
  const { password } = new URL(store.databaseUrl);
  expect(store.description).toMatch(/^embedded Postgres 18\.\d+ in .*data$/);
  expect(store.description).not.toContain(password);
  expect((await stat(join(DATA_DIR, 'postgres.json'))).mode & 0o777).toBe(0o600);
  expect((await stat(data)).mode & 0o777).toBe(0o700);
  await expect(query(store.databaseUrl.replace(password, 'guess'), 'SELECT 1')).rejects.toMatchObject({
    code: '28P01',
  });
});

it('keeps what was written, and leaves no process behind', async () => {
  const store = await open();
  const { generation } = await store.records.admit(anOrder(), aPlan(), [allowed]);
  const { pid } = await readPostmaster(data);
  await opened.pop()!.close();
  expect(await isGone(pid!)).toBe(true);
  expect(await (await open()).records.find(generation.id)).toEqual(generation);
});

it('refuses a second start at once, and the first goes on', async () => {
  const store = await open();
  const began = Date.now();
  await expect(open()).rejects.toMatchObject({ code: 'data_in_use', message: expect.stringContaining(DATA_DIR) });
  expect(Date.now() - began).toBeLessThan(1000);
  expect((await start()).said).toMatchObject({
    code: 'data_in_use',
    message: expect.stringContaining(`${process.pid}`),
  });
  await store.ping();
});

it('lets one of two simultaneous starts in', async () => {
  const results = await Promise.allSettled([open(), open(), open()]);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const result of results)
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'data_in_use' });
});

it('starts again after kill -9, with what was committed, and stops the orphaned server', async () => {
  const killed = await start();
  await query(killed.said.url!, 'CREATE TABLE IF NOT EXISTS kept (n int); INSERT INTO kept VALUES (1)');
  await killed.end('SIGKILL');
  const { pid } = await readPostmaster(data);
  expect(await isGone(pid!)).toBe(false);
  const store = await open();
  expect((await query(store.databaseUrl, 'SELECT n FROM kept')).rows).toEqual([{ n: 1 }]);
  expect((await readPostmaster(data)).pid).not.toBe(pid);
});

it('starts again when program and server were both killed', async () => {
  const killed = await start();
  const { pid } = await readPostmaster(data);
  process.kill(pid!, 'SIGKILL');
  await killed.end('SIGKILL');
  await (await open()).ping();
});

it('is not fooled by a stale pid file that names a living stranger', async () => {
  await open();
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8');
  await opened.pop()!.close();
  await writeFile(join(data, 'postmaster.pid'), text.replace(/^\d+/, String(process.ppid)));
  await writeFile(
    join(DATA_DIR, 'atelier.pid'),
    JSON.stringify({ pid: process.ppid, born: 'long ago', machine: 'here' }),
  );
  await (await open()).ping();
});

it('brings a server that was killed back on the same port', async () => {
  const store = await open();
  const { pid } = await readPostmaster(data);
  await store.ping();
  process.kill(pid!, 'SIGKILL');
  const said: string[] = [];
  const attempt = async () => {
    await store.ping().catch((error) => {
      said.push(error.message);
      throw error;
    });
    const now = await readPostmaster(data);
    return now.ready && now.pid !== pid;
  };
  await expect.poll(attempt, { timeout: 20_000, interval: 10 }).toBe(true);
  expect(said.join('\n')).toMatch(/^The embedded database does not answer\. It is started again by itself/m);
  expect(said.join('\n')).not.toContain('DATABASE_URL');
});

it('says so when its files were made by another version of Postgres', async () => {
  const version = join(data, 'PG_VERSION');
  const ours = await readFile(version, 'utf8');
  await writeFile(version, '99\n');
  await expect(open()).rejects.toMatchObject({
    code: 'database_newer',
    message: expect.stringContaining('Postgres 99'),
  });
  await writeFile(version, ours);
  await (await open()).ping();
});

it('does not begin anew when its data are gone', async () => {
  await mkdir(join(home, 'away'));
  const { rename } = await import('node:fs/promises');
  await rename(data, join(home, 'away', 'data'));
  await expect(open()).rejects.toMatchObject({ code: 'bad_config', message: expect.stringContaining('is gone') });
  await rename(join(home, 'away', 'data'), data);
  await (await open()).ping();
});
