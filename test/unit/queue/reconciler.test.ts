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

it('calls as many workers as there are jobs that want one, whichever job was lost', async () => {
  const { queued, broker, run } = scene();
  await queued();
  await queued();
  expect(await run()).toBe(2);
  expect(await run()).toBe(0);
  broker.queued.pop();
  await queued();
  expect(await run()).toBe(2);
  expect(broker.queued).toHaveLength(3);
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

it('calls a worker for what a dead one held, and leaves a living one its job', async () => {
  const { queued, take, broker, run } = scene();
  await queued();
  await queued();
  await take(60_000);
  const dead = await take(-1);
  await run();
  expect(broker.queued).toEqual([dead.generation.id]);
});
