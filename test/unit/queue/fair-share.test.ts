/** Laws of the fair line, on random traces: the same that the records keep in SQL (test/integration/store/fair-share.test.ts). */
import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../src/core/mulberry32.ts';
import { anOrder, aPlan, aRequest, aSender, memoryRecords, RATE } from './memory.ts';

const LARGEST = 20;

/** One lane that works off what people ask for; jobs take what they cost, give or take `scatter`. */
function studio({ scatter = 0, random = mulberry32(1) } = {}) {
  let time = 0;
  const memory = memoryRecords({ now: () => time });
  const { records, rows } = memory;
  const started: { person: string; ms: number; id: string }[] = [];
  const received = new Map<string, number>();
  const ask = async (person: string, cost = 1, weight = 1) => {
    const request = aRequest();
    const order = anOrder({ sender: aSender(person), request });
    const { generation } = await records.admit(order, { ...aPlan(request), cost }, [], weight);
    await records.acknowledge(generation.id, order.address);
    return generation.id;
  };
  /** Starts the next, and ends it. Answers whose it was. */
  const serve = async () => {
    const claim = await records.claimNext(1e12);
    if (!claim || 'againInMs' in claim) return undefined;
    const { id, cost, sender } = claim.generation;
    const ms = cost * RATE * (1 + scatter * (2 * random() - 1));
    time += ms;
    started.push({ person: sender.accountId, ms, id });
    received.set(sender.accountId, (received.get(sender.accountId) ?? 0) + ms);
    await records.fail(claim, { code: 'internal', message: 'over' });
    rows.delete(id);
    return sender.accountId;
  };
  return { ...memory, ask, serve, started, received };
}

const costs = (random: () => number) => (random() < 0.2 ? LARGEST : 0.1 + random() * 3);

describe('the fair line', () => {
  it('keeps what two people who always wait have received within the largest job of each other', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = mulberry32(seed);
      const { ask, serve, received } = studio({ scatter: 0.5, random });
      const people = ['a', 'b', 'c'];
      for (const person of people) for (let i = 0; i < 3; i++) await ask(person, costs(random));
      for (let i = 0; i < 80; i++) {
        const person = (await serve())!;
        await ask(person, costs(random));
        const got = people.map((one) => received.get(one) ?? 0);
        expect(Math.max(...got) - Math.min(...got)).toBeLessThanOrEqual(1.5 * LARGEST * RATE);
      }
    }
  });

  it('gives a weight of two twice the work done', async () => {
    const random = mulberry32(7);
    const { ask, serve, received } = studio({ scatter: 0.3, random });
    const weight = { patron: 2, plain: 1 } as Record<string, number>;
    for (const person of Object.keys(weight))
      for (let i = 0; i < 3; i++) await ask(person, costs(random), weight[person]);
    for (let i = 0; i < 300; i++) {
      const person = (await serve())!;
      await ask(person, costs(random), weight[person]);
      const [double, single] = ['patron', 'plain'].map((one) => received.get(one) ?? 0);
      expect(Math.abs(double! / 2 - single!)).toBeLessThanOrEqual(1.3 * LARGEST * RATE);
    }
    expect(received.get('patron')! / received.get('plain')!).toBeGreaterThan(1.8);
  });

  it('lets somebody with one job, who has had nothing lately, wait for no more starts than there are people', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = mulberry32(seed);
      const { ask, serve } = studio({ scatter: 0.5, random });
      const hogs = Array.from({ length: 2 + Math.floor(random() * 5) }, (_, i) => `hog ${i}`);
      for (const hog of hogs) for (let i = 0; i < 4; i++) await ask(hog, costs(random));
      for (let i = 0; i < 10; i++) await ask((await serve())!, costs(random));
      await ask('guest', costs(random));
      let starts = 1;
      for (let who = await serve(); who !== 'guest' && starts < 100; who = await serve(), starts++)
        await ask(who!, costs(random));
      expect(starts).toBeLessThanOrEqual(hogs.length + 1);
    }
  });

  it('lets nobody with one waiting job wait for more starts than there are people, where jobs are alike', async () => {
    const random = mulberry32(3);
    const { ask, serve, started } = studio();
    const singles = ['x', 'y', 'z'];
    const asked = new Map<string, number>();
    for (let i = 0; i < 8; i++) await ask('hog');
    for (let i = 0; i < 200; i++) {
      for (const one of singles)
        if (!asked.has(one) && random() < 0.3) {
          asked.set(one, started.length);
          await ask(one);
        }
      const person = (await serve())!;
      if (person === 'hog') await ask('hog');
      else expect(started.length - asked.get(person)!).toBeLessThanOrEqual(singles.length + 1);
      asked.delete(person);
    }
    expect(new Set(started.map(({ person }) => person)).size).toBe(4);
  });

  it('starts B and C second and third behind a person who asked for 32', async () => {
    const { ask, serve, started } = studio();
    for (const [person, jobs] of [
      ['A', 32],
      ['B', 2],
      ['C', 3],
    ] as const)
      for (let i = 0; i < jobs; i++) await ask(person);
    while (await serve());
    expect(started).toHaveLength(37);
    expect(
      started
        .slice(0, 9)
        .map(({ person }) => person)
        .join(''),
    ).toBe('ABCABCACA');
  });

  it('saves nothing up for who was idle', async () => {
    const { ask, serve, started } = studio();
    await ask('early');
    await serve();
    for (let i = 0; i < 50; i++) await ask('busy');
    for (let i = 0; i < 20; i++) await serve();
    for (let i = 0; i < 20; i++) await ask('early');
    const before = started.length;
    for (let i = 0; i < 10; i++) await serve();
    expect(started.slice(before).filter(({ person }) => person === 'early')).toHaveLength(5);
  });

  it('does not hold against anybody what they made while nobody else wanted anything', async () => {
    const { ask, serve, started } = studio();
    for (let i = 0; i < 30; i++) await ask('owl');
    for (let i = 0; i < 30; i++) await serve();
    for (let i = 0; i < 4; i++) {
      await ask('lark');
      await ask('owl');
    }
    for (let i = 0; i < 4; i++) await serve();
    expect(started.slice(-4).map(({ person }) => person)).toEqual(['lark', 'owl', 'lark', 'owl']);
  });

  it('takes light jobs before the heavy ones of a hog', async () => {
    const { ask, serve, started } = studio();
    for (let i = 0; i < 5; i++) await ask('hog', 30);
    await serve();
    for (let i = 0; i < 10; i++) await ask('light', 1);
    for (let i = 0; i < 11; i++) await serve();
    expect(started.slice(1).filter(({ person }) => person === 'hog').length).toBeLessThanOrEqual(1);
  });

  it('charges nothing for what is cancelled while it waits, and all of what it took for the rest', async () => {
    const { ask, records, take, served, rows } = studio();
    const cancelled = await ask('ada', 50);
    await records.cancel(cancelled);
    expect([...served.values()]).toEqual([0]);
    await ask('ada', 5);
    const claim = await take(1e12);
    expect([...served.values()]).toEqual([5 * RATE]);
    await records.release(claim);
    expect([...served.values()]).toEqual([0]);
    rows.clear();
  });

  it('is foretold exactly when nobody else comes', async () => {
    const random = mulberry32(11);
    const { ask, serve, started, records } = studio();
    for (let i = 0; i < 60; i++) await ask(`p${Math.floor(random() * 7)}`, costs(random), 1 + Math.floor(random() * 3));
    for (let i = 0; i < 20; i++) await serve();
    const { waiting } = await records.line({ first: 500 });
    const foretold = waiting.map(({ id }) => id);
    while (await serve());
    expect(started.slice(20).map(({ id }) => id)).toEqual(foretold);
  });
});
