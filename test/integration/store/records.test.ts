import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Records } from '../../../src/core/records.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { type TestDatabase, testDatabase } from '../database.ts';
import { allowed, anOrder, anOutcome, aPlan } from './orders.ts';

let database: TestDatabase;
let store: Store;
let records: Records;

beforeAll(async () => {
  database = await testDatabase();
  store = await openStore({
    config: { DATA_DIR: '/nonexistent', DATABASE_URL: database.url },
    log: pino({ level: 'silent' }),
  });
  records = store.records;
});
afterAll(async () => {
  await store?.close();
  await database?.drop();
});

it('carries one order through', async () => {
  const order = anOrder();
  const { generation } = await records.admit(order, aPlan(), [allowed]);
  expect(generation).toMatchObject({ status: 'received', turn: 1, sender: order.sender, request: order.request });
  await records.acknowledge(generation.id, order.address);
  const claim = (await records.claim(generation.id, 1000))!;
  expect(await records.complete(claim, anOutcome())).toBe(true);
  const [due] = await records.dueDeliveries(['web'], 10, 1000);
  await records.delivered(due!.id, { message: 'm1', address: order.address });
  expect((await records.findByMessage('web', 'm1'))?.images[0]?.seed).toBe(4294967295);
});
