import { describe, expect, it } from 'vitest';
import { type Answerer, createBatcher as createBatcherOf, rowLimits } from '../../../src/engine/diffusion/batcher.ts';
import type { Row } from '../../../src/engine/diffusion/predictor.ts';
import { createTurns } from '../../../src/engine/sharing/turns.ts';

const createBatcher = (network: Answerer<Row, Float32Array>, limits: Parameters<typeof createBatcherOf>[2]) =>
  createBatcherOf<Row, Float32Array>(createTurns(), network, limits);

const aRow = (value: number, over: Partial<Row> = {}): Row => ({
  sample: Float32Array.of(value),
  timestep: 1,
  condition: { data: Float32Array.of(0), tokens: 1, width: 1 },
  height: 16,
  width: 16,
  clock: { runMs: 0 },
  ...over,
});

/** A network that doubles, and remembers how many rows came together. */
function aUnet(
  cost: (rows: number) => number = () => 10,
  fail?: Error,
): Answerer<Row, Float32Array> & { sizes: number[] } {
  const sizes: number[] = [];
  return {
    sizes,
    key: ({ timestep }) => String(timestep),
    async run(rows, clock) {
      sizes.push(rows.length);
      clock.runMs += cost(rows.length);
      if (fail) throw fail;
      return rows.map(({ sample }) => sample.map((v) => 2 * v));
    },
  };
}

it('merges the rows that wait, and gives each its own answer', async () => {
  const unet = aUnet();
  const predict = createBatcher(unet, { fewest: 3, most: 16 });
  const answers = await Promise.all([1, 2, 3].map((v) => predict(aRow(v))));
  expect(answers.map(([v]) => v)).toEqual([2, 4, 6]);
  expect(unet.sizes).toEqual([3]);
});

it('keeps to the most rows a call may have, first come first served', async () => {
  const unet = aUnet();
  const predict = createBatcher(unet, { fewest: 2, most: 2 });
  await Promise.all([1, 2, 3, 4, 5].map((v) => predict(aRow(v))));
  expect(unet.sizes).toEqual([2, 2, 2]); // the last is filled up with itself
});

it('tries larger calls while they pay, and stays with the smallest that does', async () => {
  const unet = aUnet((rows) => (rows < 8 ? 10 + rows : 3.4 * rows)); // 3.5 a row by fours, 3.4 by eights
  const predict = createBatcher(unet, { fewest: 1, most: 16 });
  for (let round = 0; round < 12; round++) await Promise.all(Array.from({ length: 32 }, (_, i) => predict(aRow(i))));
  expect(unet.sizes.slice(0, 10)).toEqual([1, 1, 1, 2, 2, 2, 4, 4, 4, 8]);
  expect(Math.max(...unet.sizes)).toBe(8);
  expect(new Set(unet.sizes.slice(-16))).toEqual(new Set([4]));
});

it('fills up to the fewest, and still answers one row once', async () => {
  const unet = aUnet();
  expect(await createBatcher(unet, { fewest: 2, most: 16 })(aRow(4))).toEqual(Float32Array.of(8));
  expect(unet.sizes).toEqual([2]);
});

it('does not merge what the network cannot take together', async () => {
  const unet = aUnet();
  const predict = createBatcher(unet, { fewest: 2, most: 16 });
  const asked = [aRow(1), aRow(2, { timestep: 7 }), aRow(3)].map((row) => predict(row));
  expect((await Promise.all(asked)).map(([v]) => v)).toEqual([2, 4, 6]);
  expect(unet.sizes).toEqual([2, 2]);
});

it('takes fewer rows of larger pictures', async () => {
  const unet = aUnet();
  const predict = createBatcher(unet, { fewest: 1, most: 16 });
  await Promise.all(Array.from({ length: 8 }, (_, i) => predict(aRow(i, { height: 96, width: 96 }))));
  expect(Math.max(...unet.sizes)).toBe(2);
});

it('takes rows whose attention would fill the memory one by one, and never fills those up', async () => {
  const unet = aUnet();
  const predict = createBatcher(unet, { fewest: 2, most: 16 });
  await Promise.all(Array.from({ length: 3 }, (_, i) => predict(aRow(i, { height: 128, width: 128 }))));
  expect(unet.sizes).toEqual([1, 1, 1]);
});

it('fails the rows of a failed call, and works on', async () => {
  const unet = aUnet(() => 10, new Error('no memory'));
  const predict = createBatcher(unet, { fewest: 1, most: 16 });
  await expect(predict(aRow(1))).rejects.toThrow('no memory');
  await expect(predict(aRow(1))).rejects.toThrow('no memory');
  expect(unet.sizes).toEqual([1, 1]);
});

it('shares the time of a call among its rows', async () => {
  const predict = createBatcher(aUnet(), { fewest: 2, most: 16 });
  const [a, b] = [aRow(1), aRow(2)];
  await Promise.all([predict(a), predict(b)]);
  expect([a.clock.runMs, b.clock.runMs]).toEqual([5, 5]);
});

describe('row limits stay on one side of the number of threads', () => {
  it.each([1, 2])('with %i thread(s) at least two rows', (threads) => expect(rowLimits(threads).fewest).toBe(2));
  it('which are the cpu’s: another device takes as many as pay', () => {
    expect(rowLimits(2, 'cuda:0')).toEqual({ fewest: 1, most: 16 });
  });
  it.each([3, 8, 64])('with %i threads fewer rows than threads', (threads) => {
    expect(rowLimits(threads).most).toBeLessThan(threads);
  });
});
