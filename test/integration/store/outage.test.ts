/** The line to the database is cut and mended: a relay between the store and Postgres stands in for the network. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore, type Store } from '../../../src/store/store.ts';
import { type TestDatabase, testDatabase } from '../database.ts';
import { allowed, anOrder, aPlan } from './orders.ts';

let database: TestDatabase;
let relay: Server;
let store: Store;
const lines = new Set<Socket>();
let silent = false;

beforeAll(async () => {
  database = await testDatabase();
  const target = new URL(database.url);
  relay = createServer((inbound) => {
    if (silent) return void lines.add(inbound.on('error', () => {}));
    const outbound = connect(Number(target.port || 5432), target.hostname);
    for (const socket of [inbound, outbound]) {
      lines.add(socket);
      socket.on('error', () => {}).on('close', () => lines.delete(socket));
    }
    inbound.pipe(outbound).pipe(inbound);
  });
  await mend(0);
  const DATABASE_URL = Object.assign(new URL(database.url), { hostname: '127.0.0.1', port: `${port()}` }).href;
  store = await openStore({ config: { DATA_DIR: '/nonexistent', DATABASE_URL }, log: pino({ level: 'silent' }) });
});
afterAll(async () => {
  await store?.close();
  cut();
  await database?.drop();
});

const port = () => (relay.address() as { port: number }).port;
const mend = (at: number) => new Promise<void>((resolve) => relay.listen(at, '127.0.0.1', resolve));
/** Connections stay, new ones are accepted, and nothing is passed on. */
function fallSilent(): void {
  silent = true;
  for (const socket of lines) socket.unpipe().pause();
}
function cut(): void {
  relay.close();
  for (const socket of lines) socket.destroy();
}

it('says database_unavailable while it lasts, and goes on by itself afterwards', async () => {
  const order = anOrder();
  const { generation } = await store.records.admit(order, aPlan(), [allowed]);
  const at = port();
  cut();
  const { find, admit, acknowledge, dueDeliveries, remove, counts } = store.records;
  const calls = {
    ping: () => store.ping(),
    find: () => find(generation.id),
    admit: () => admit(anOrder(), aPlan(), [allowed]),
    acknowledge: () => acknowledge(generation.id, order.address),
    dueDeliveries: () => dueDeliveries(['web'], 1, 1000),
    remove: () => remove(generation.id),
    counts: () => counts(),
  };
  for (const [name, call] of Object.entries(calls)) {
    const error = await call().catch((caught) => caught);
    expect(error, name).toMatchObject({ name: 'AppError', code: 'database_unavailable' });
    expect(error.message, name).not.toContain(new URL(database.url).password || 'none');
  }
  await mend(at);
  await store.ping();
  expect(await find(generation.id)).toEqual(generation);
});

it('complains of a lost connection, and leaves none behind that could be lost when it stops', async () => {
  const said: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void said.push(JSON.parse(line).msg) });
  const connections = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  const sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
  const before = connections();
  const passing = await openStore({ config: { DATA_DIR: '/nonexistent', DATABASE_URL: database.url }, log });
  const askALot = () => Promise.all(Array.from({ length: 40 }, () => passing.records.waiting()));
  await askALot();
  await sql.query(`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'atelier'`);
  await expect.poll(() => said.length).toBeGreaterThan(0);
  await expect.poll(() => askALot().catch(() => [])).toHaveLength(40);
  expect(new Set(said)).toEqual(new Set(['database connection lost']));
  expect(connections()).toBeGreaterThan(before);
  await passing.close();
  expect(connections()).toBeLessThanOrEqual(before);
  await sql.end();
});

it('says within seconds that it is silent, on an old connection and on a new one', async () => {
  await store.ping();
  fallSilent();
  for (const what of ['connected before', 'connected since']) {
    const started = Date.now();
    const error = await store.ping().catch((caught) => caught);
    expect(error, what).toMatchObject({ name: 'AppError', code: 'database_unavailable' });
    expect(error.message, what).toContain('does not answer in time');
    expect(Date.now() - started, what).toBeLessThan(4_000);
  }
  const at = port();
  silent = false;
  cut();
  await mend(at);
  await store.ping();
});
