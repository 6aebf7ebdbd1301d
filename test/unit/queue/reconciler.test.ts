import { expect, it } from 'vitest';
import { reconcile } from '../../../src/queue/reconciler.ts';
import { anOrder, aPlan, memoryRecords, recordingBroker, silent } from './memory.ts';

const scene = () => {
  const memory = memoryRecords();
  const broker = recordingBroker();
  return {
    ...memory,
    broker,
    run: (olderThanMs = 0) => reconcile({ records: memory.records, broker, log: silent }, olderThanMs),
  };
};

it('puts back what only the records know, with its turn, and nothing twice', async () => {
  const { queued, broker, run } = scene();
  const ids = [await queued(), await queued()];
  expect(await run()).toBe(2);
  expect(await run()).toBe(0);
  expect(broker.queued).toEqual(ids.map((id, i) => ({ id, priority: i + 1 })));
});

it('runs what a crash left between record and acknowledgement', async () => {
  const { records, rows, broker, run } = scene();
  const order = anOrder();
  const { generation } = await records.admit(order, aPlan(), []);
  expect(await run(60_000)).toBe(0); // it may still be on its way
  await run();
  expect(rows.get(generation.id)).toMatchObject({ status: 'queued', address: order.address });
  expect(broker.queued).toHaveLength(1);
});

it('puts back what a dead worker held, and leaves a living one its job', async () => {
  const { queued, records, broker, run } = scene();
  const [dead, living] = [await queued(), await queued()];
  await records.claim(dead, -1);
  await records.claim(living, 60_000);
  await run();
  expect(broker.queued.map(({ id }) => id)).toEqual([dead]);
});
