/** The device's turns, with work that only takes time. */
import { describe, expect, it } from 'vitest';
import type { Account } from '../../../../src/engine/sharing/account.ts';
import { createTurns, type SharedLot } from '../../../../src/engine/sharing/turns.ts';

const anAccount = (id: number, over: Partial<Account> = {}): Account => ({
  ...{ id, person: `p${id}`, space: '', light: false },
  ...over,
});
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const aLot = (most: number): SharedLot<number, number> & { calls: number[][] } => {
  const calls: number[][] = [];
  return {
    calls,
    most: () => most,
    share: () => 1,
    async run(rows) {
      calls.push([...rows]);
      return rows.map((row) => 2 * row);
    },
  };
};

it('does one thing at a time', async () => {
  const turns = createTurns();
  let [inside, most] = [0, 0];
  const work = async () => {
    most = Math.max(most, ++inside);
    await wait(2);
    inside--;
  };
  await Promise.all([1, 2, 3, 4].map((id) => turns.alone(anAccount(id), work)));
  expect(most).toBe(1);
});

it('gives every row of a call its own answer', async () => {
  const turns = createTurns();
  const lot = aLot(8);
  const answers = await Promise.all([1, 2, 3].map((row) => turns.share(lot, row, anAccount(row))));
  expect(answers).toEqual([2, 4, 6]);
  expect(lot.calls).toHaveLength(1);
});

it('somebody’s many tiles do not hold up another’s rows: they take turns', async () => {
  const turns = createTurns();
  const order: string[] = [];
  const work = (who: string, units: number, ms: number) => async () => {
    const account = anAccount(who === 'tiles' ? 1 : 2);
    for (let i = 0; i < units; i++) {
      await turns.alone(account, async () => {
        await wait(ms);
        order.push(who);
      });
    }
  };
  await Promise.all([work('tiles', 12, 4)(), work('rows', 6, 4)()]);
  expect(order.slice(0, 10).filter((who) => who === 'rows').length).toBeGreaterThanOrEqual(4);
});

describe('what is aborted', () => {
  it('is not begun, and says why', async () => {
    const turns = createTurns();
    const control = new AbortController();
    let begun = false;
    const first = turns.alone(anAccount(1), () => wait(5));
    const second = turns.alone(anAccount(2, { signal: control.signal }), async () => {
      begun = true;
    });
    control.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    await first;
    expect(begun).toBe(false);
  });

  it('leaves the others of its call alone', async () => {
    const turns = createTurns();
    const lot = aLot(8);
    const control = new AbortController();
    const mine = turns.share(lot, 1, anAccount(1, { signal: control.signal }));
    const others = [2, 3].map((row) => turns.share(lot, row, anAccount(row)));
    control.abort();
    await expect(mine).rejects.toThrow();
    expect(await Promise.all(others)).toEqual([4, 6]);
    expect(lot.calls).toEqual([[2, 3]]);
  });

  it('is everything that a job left behind when it ended', async () => {
    const turns = createTurns();
    const account = anAccount(1);
    const close = turns.open(account);
    const busy = turns.alone(anAccount(2), () => wait(5));
    const left = turns.alone(account, async () => {});
    close();
    await expect(left).rejects.toThrow('ended');
    await busy;
  });
});

it('a call that fails fails its own, and the next goes on', async () => {
  const turns = createTurns();
  const bad = { ...aLot(4), run: () => Promise.reject(new Error('no memory')) };
  const rows = [1, 2].map((row) => turns.share<number, number>(bad, row, anAccount(row)));
  for (const row of rows) await expect(row).rejects.toThrow('no memory');
  expect(await turns.alone(anAccount(3), async () => 'well')).toBe('well');
});

it('says before every call whose it is, and when nobody’s is left', async () => {
  const turns = createTurns();
  const told: (readonly number[])[] = [];
  turns.listen((ids) => told.push(ids));
  await Promise.all([1, 2].map((row) => turns.share(aLot(1), row, anAccount(row))));
  const lot = aLot(2);
  await Promise.all([3, 4].map((row) => turns.share(lot, row, anAccount(row))));
  await wait(1);
  expect(told.flat().sort()).toEqual([1, 2, 3, 4]);
  expect(told.at(-1)).toEqual([]);
});

it('says once of a job that is alone whose all its calls are, until another comes or it ends', async () => {
  const turns = createTurns();
  const told: (readonly number[])[] = [];
  turns.listen((ids) => told.push(ids));
  const [one, two] = [anAccount(1), anAccount(2)];
  const close = turns.open(one);
  for (let i = 0; i < 3; i++) await turns.alone(one, () => wait(1));
  await wait(1);
  expect(told).toEqual([[1]]);
  const closeOther = turns.open(two);
  expect(told).toEqual([[1], []]);
  await turns.alone(two, () => wait(1));
  await wait(1);
  expect(told.slice(2)).toEqual([[2], []]);
  close();
  await turns.alone(two, () => wait(1));
  await wait(1);
  closeOther();
  expect(told.slice(4)).toEqual([[2], []]);
});
