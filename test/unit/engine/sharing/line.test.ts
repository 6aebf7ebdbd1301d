/** Whose turn it is, with plain objects: no model, no clock. */
import { describe, expect, it } from 'vitest';
import type { Account } from '../../../../src/engine/sharing/account.ts';
import { HEAD_START_MS } from '../../../../src/engine/sharing/ledger.ts';
import { createLine, type Lot, type Unit } from '../../../../src/engine/sharing/line.ts';

interface Work extends Unit {
  ms: number;
}

let lastId = 0;
const anAccount = (person: string, over: Partial<Account> = {}): Account => ({
  ...{ id: ++lastId, person, space: 'home', light: false },
  ...over,
});
const aLot = (most: number, ms = 10): Lot => ({ most: () => most, share: () => ms });

/** Gives out turns and keeps the books: who has had how much, and who had which call. */
function aDevice() {
  const line = createLine<Work>();
  const served = new Map<string, number>();
  const calls: string[][] = [];
  return {
    line,
    served,
    calls,
    turn(): Work[] {
      const call = line.take();
      const ms = call.reduce((sum, unit) => sum + unit.ms, 0);
      line.settle(call, ms);
      calls.push(call.map(({ account }) => account.person));
      for (const { account } of call) served.set(account.person, (served.get(account.person) ?? 0) + ms / call.length);
      return call;
    },
    join(account: Account, ms = 10, lot?: Lot, bundle?: unknown): Account {
      line.open(account);
      line.add({ account, ms, ...(lot && { lot }), bundle });
      return account;
    },
  };
}

/** A small generator, so that a failure can be repeated. Numerical Recipes' constants. */
const seeded = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

describe('people of one space who always wait', () => {
  it('get equal time, whatever their calls cost: no two differ by more than the dearest call', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const random = seeded(seed);
      const device = aDevice();
      const costs = Array.from({ length: 5 }, () => 1 + random() * 400);
      const again = costs.map((ms, i) => device.join(anAccount(`p${i}`), ms));
      for (let n = 0; n < 600; n++) {
        const [done] = device.turn();
        const i = again.indexOf(done!.account);
        device.line.add({ account: again[i]!, ms: costs[i]! * (0.5 + random() / 2) });
        const had = again.map(({ person }) => device.served.get(person) ?? 0);
        expect(Math.max(...had) - Math.min(...had)).toBeLessThanOrEqual(Math.max(...costs) + 1e-6);
      }
    }
  });

  it('also where rows share calls: by no more than two of the dearest', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const random = seeded(seed);
      const device = aDevice();
      const [lots, costs] = [
        [aLot(8), aLot(4)],
        [10, 10],
      ];
      const people = Array.from({ length: 6 }, (_, i) => ({
        account: anAccount(`p${i}`),
        lot: i % 2,
        rows: 1 + Math.floor(random() * 9),
      }));
      const add = ({ account, lot }: (typeof people)[number]) =>
        device.line.add({ account, lot: lots[lot]!, ms: costs[lot]! });
      for (const one of people) {
        device.line.open(one.account);
        for (let i = 0; i < one.rows; i++) add(one);
      }
      for (let n = 0; n < 800; n++) {
        for (const { account } of device.turn()) add(people.find((one) => one.account === account)!);
        const had = people.map(({ account }) => device.served.get(account.person) ?? 0);
        expect(Math.max(...had) - Math.min(...had)).toBeLessThanOrEqual(2 * 8 * 10);
      }
    }
  });
});

describe('whoever has a larger weight', () => {
  /** Everybody always waits; who had how many milliseconds. */
  const servedAfter = (turns: number, people: readonly Account[]) => {
    const device = aDevice();
    for (const account of people) device.join(account);
    for (let n = 0; n < turns; n++) for (const { account } of device.turn()) device.line.add({ account, ms: 10 });
    return people.map(({ person }) => device.served.get(person)!);
  };

  it('gets so many times the time of the others in their space', () => {
    const had = servedAfter(600, [anAccount('patron', { weight: 3 }), anAccount('a'), anAccount('b', { weight: 2 })]);
    expect(had.map((ms) => Math.round(ms / 1000))).toEqual([3, 1, 2]);
  });

  it('gets it also of those who ask elsewhere', () => {
    const crowd = [anAccount('a', { space: 'crowd' }), anAccount('b', { space: 'crowd' })];
    const had = servedAfter(800, [anAccount('patron', { space: 'quiet', weight: 3 }), ...crowd]);
    expect(had.map((ms) => Math.round(ms / 1000))).toEqual([6, 1, 1]);
  });
});

it('spaces get equal time, however many people ask in them, and so do the people in each', () => {
  const device = aDevice();
  const many = Array.from({ length: 4 }, (_, i) => anAccount(`crowd ${i}`, { space: 'crowd' }));
  const people = [...many, anAccount('alone', { space: 'quiet' })];
  for (const account of people) device.join(account);
  for (let n = 0; n < 400; n++) for (const { account } of device.turn()) device.line.add({ account, ms: 10 });
  const had = people.map(({ person }) => device.served.get(person)!);
  expect(had.at(-1)! / 400 / 10).toBeCloseTo(0.5, 2);
  for (const crowd of had.slice(0, 4)) expect(crowd / 400 / 10).toBeCloseTo(0.125, 2);
});

it('somebody who arrives has a turn within as many calls as people wait', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = seeded(seed);
    const device = aDevice();
    const spaces = ['a', 'b', 'c'];
    const cost = new Map<string, number>();
    const arrive = (i: number) => {
      const account = anAccount(`p${i}`, { space: spaces[Math.floor(random() * 3)]! });
      cost.set(account.person, 1 + random() ** 4 * 2000);
      return device.join(account, cost.get(account.person)!);
    };
    const people = [arrive(0), arrive(1)];
    const waitsSince = new Map<string, number>();
    for (let n = 0; n < 400; n++) {
      if (n % 25 === 0 && people.length < 12) {
        people.push(arrive(people.length));
        waitsSince.set(people.at(-1)!.person, n);
      }
      for (const { account } of device.turn()) {
        const since = waitsSince.get(account.person);
        if (since !== undefined) expect(n - since).toBeLessThan(people.length);
        waitsSince.delete(account.person);
        device.line.add({ account, ms: cost.get(account.person)! });
      }
    }
    expect([...waitsSince.values()].every((since) => since > 400 - people.length)).toBe(true);
  }
});

it('nobody saves up: who was idle begins where those who waited stand', () => {
  const device = aDevice();
  const [busy, idler] = [anAccount('busy'), anAccount('idler')];
  device.join(busy);
  device.join(idler);
  for (let n = 0; n < 100; n++)
    for (const { account } of device.turn()) if (account === busy) device.line.add({ account, ms: 10 });
  for (let i = 0; i < 40; i++) device.line.add({ account: idler, ms: 10 });
  const before = device.calls.length;
  for (let n = 0; n < 40; n++)
    for (const { account } of device.turn()) if (account === busy) device.line.add({ account, ms: 10 });
  const turns = device.calls.slice(before).flat();
  expect(turns.filter((person) => person === 'idler').length).toBeLessThanOrEqual(21);
});

it('who comes back with a debt does not go first again', () => {
  const device = aDevice();
  const other = device.join(anAccount('other'));
  const first = anAccount('hog');
  const close = device.line.open(first);
  device.line.add({ account: first, ms: 1000 });
  device.turn();
  device.turn();
  device.line.add({ account: other, ms: 10 });
  close();
  device.join(anAccount('hog'), 1000);
  const next: string[] = [];
  for (let n = 0; n < 50; n++) {
    const [done] = device.turn();
    next.push(done!.account.person);
    if (done!.account === other) device.line.add({ account: other, ms: 10 });
  }
  expect(next).not.toContain('hog');
});

it('a person has their own work done in the order they asked for it, light work first', () => {
  const device = aDevice();
  const [first, second, light] = [anAccount('me'), anAccount('me'), anAccount('me', { light: true })];
  for (const account of [second, first, light, second, first]) device.line.add({ account, ms: 1 });
  const order = Array.from({ length: 5 }, () => device.turn()[0]!.account);
  expect(order).toEqual([light, first, first, second, second]);
});

it('light work runs ahead of its turn, so far and no further', () => {
  const device = aDevice();
  const heavy = device.join(anAccount('heavy'), 50);
  const light = device.join(anAccount('light', { light: true }), 50);
  let ahead = 0;
  for (let n = 0; n < 400; n++) {
    for (const { account } of device.turn()) device.line.add({ account, ms: 50 });
    ahead = Math.max(ahead, (device.served.get('light') ?? 0) - (device.served.get('heavy') ?? 0));
  }
  expect(ahead).toBeGreaterThanOrEqual(HEAD_START_MS - 50);
  expect(ahead).toBeLessThanOrEqual(HEAD_START_MS + 50);
  expect([heavy.person, light.person].map((person) => device.served.get(person)! > 5000)).toEqual([true, true]);
});

it("the house's own work goes first, and nobody pays for it", () => {
  const device = aDevice();
  device.join(anAccount('somebody'));
  device.line.add({ account: { ...anAccount(''), house: true }, ms: 1000 });
  expect(device.turn()[0]!.account.house).toBe(true);
  expect(device.turn()[0]!.account.person).toBe('somebody');
});

describe('a call that several share', () => {
  it('is filled with whose turn is next among those that may join', () => {
    const device = aDevice();
    const lot = aLot(4);
    const [a, b, c] = [anAccount('a'), anAccount('b'), anAccount('c')];
    for (let i = 0; i < 4; i++) device.join(a, 10, lot);
    device.join(b, 10, lot);
    device.join(c, 10);
    device.turn();
    expect(device.calls[0]).toEqual(['a', 'b', 'a', 'a']);
  });

  it('keeps both rows of a guided picture together where there is room', () => {
    const device = aDevice();
    const lot = aLot(2);
    const [x, y] = [{}, {}];
    const [a, b] = [anAccount('a'), anAccount('b')];
    for (const bundle of [x, x]) device.join(a, 10, lot, bundle);
    for (const bundle of [y, y]) device.join(b, 10, lot, bundle);
    device.turn();
    device.turn();
    expect(device.calls).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ]);
  });

  it('has unused room for everybody, when nobody waits for another call', () => {
    const device = aDevice();
    const lot = aLot(8);
    const [small, hog] = [anAccount('small'), anAccount('hog')];
    const refill = () => {
      device.line.add({ account: small, ms: 10, lot });
      for (let i = 0; i < 7; i++) device.line.add({ account: hog, ms: 10, lot });
    };
    for (let n = 0; n < 20; n++) {
      refill();
      expect(device.turn()).toHaveLength(8);
    }
  });
});

it('gives up what is no longer wanted', () => {
  const device = aDevice();
  const [a, b] = [device.join(anAccount('a')), device.join(anAccount('b'))];
  expect(device.line.drop(({ account }) => account === a)).toHaveLength(1);
  expect(device.turn()[0]!.account).toBe(b);
  expect(device.line.take()).toEqual([]);
});
