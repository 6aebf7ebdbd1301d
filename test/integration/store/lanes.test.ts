/** Who is taken when lanes, models and earlier attempts differ. The plain order is stated in fair-share.test.ts. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Claim, Claimant } from '../../../src/core/records.ts';
import { aStore, emptyLine } from './a-store.ts';
import { allowed, anOrder, anOutcome, aPlan } from './orders.ts';

const store = await aStore();
const { records, sql } = store;
afterAll(store.close);
beforeEach(() => emptyLine(store));

const LEASE = 60_000;
const BIG = 'big';

async function ask(person: string, { cost = 1, light = false, model = 'small' } = {}): Promise<string> {
  const order = anOrder({ sender: { platform: 'web', accountId: person, name: person } });
  const { recipe, ...plan } = aPlan();
  const named = { ...recipe, model: { ...recipe.model, name: model } };
  const { generation } = await records.admit(order, { ...plan, recipe: named, cost, light }, [allowed], 1);
  await records.acknowledge(generation.id, order.address);
  return generation.id;
}
const aged = (id: string, ms = 5_000) =>
  sql.query(`UPDATE generation SET queued_at = queued_at - ${ms} * interval '1 ms' WHERE id = '${id}'`);
const take = async (by?: Claimant): Promise<Claim | undefined> => {
  const claim = await records.claimNext(LEASE, by);
  return claim && 'fence' in claim ? claim : undefined;
};
const whose = (claim: Claim | undefined) => claim?.generation.sender.accountId;
const served = async (person: string): Promise<number> =>
  (
    await sql.query('SELECT served FROM person p JOIN account a ON a.person_id = p.id WHERE a.external_id = $1', [
      person,
    ])
  ).rows[0].served;
const aWorker = (models: string[], id = randomUUID()): Claimant & { workerId: string } => ({ workerId: id, models });

describe('a lane for light work', () => {
  const light: Claimant = { models: [], lightOnly: true };

  it('takes light jobs only, however many heavy ones wait, and the fairest of them', async () => {
    for (let i = 0; i < 5; i++) await ask('hog', { cost: 30 });
    await ask('often', { light: true });
    await ask('often', { light: true });
    await ask('seldom', { light: true });
    expect([whose(await take(light)), whose(await take(light)), whose(await take(light))]).toEqual([
      'often',
      'seldom',
      'often',
    ]);
    expect(await records.claimNext(LEASE, light)).toBeUndefined();
    expect(whose(await take())).toBe('hog');
  });

  it('lets those who wait for the other lanes keep their place before newcomers', async () => {
    for (let i = 0; i < 4; i++) await ask('hog', { cost: 30 });
    await take(); // the hog has received much, and asks for something light
    await ask('waiting', { cost: 30 });
    await ask('hog', { light: true });
    await sql.query(`UPDATE generation SET status = 'cancelled' WHERE status = 'queued' AND NOT light AND cost = 30
      AND person_id = (SELECT person_id FROM account WHERE external_id = 'hog')`);
    expect(whose(await take(light))).toBe('hog');
    await ask('newcomer', { cost: 30 });
    expect(whose(await take())).toBe('waiting');
    expect(await served('newcomer')).toBeLessThan(await served('hog'));
  });

  it('is counted with the others that workers speak of, until they fall silent or say good-bye', async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    await records.advertise({ id: one, lanes: { engines: 1, any: 4, light: 2 }, models: ['small'] });
    await records.advertise({ id: two, lanes: { engines: 2, any: 8, light: 4 }, models: [] });
    expect((await records.line({ first: 1 })).lanes).toEqual({ engines: 3, any: 12, light: 6 });
    await sql.query(`UPDATE worker SET seen_at = now() - interval '1 min' WHERE id = '${two}'`);
    expect((await records.line({ first: 1 })).lanes).toEqual({ engines: 1, any: 4, light: 2 });
    await records.retire(one);
    expect((await records.line({ first: 1 })).lanes).toBeUndefined();
  });

  it('shows every light job near the front to whoever reads the line', async () => {
    for (let i = 0; i < 6; i++) await ask(`p${i}`);
    const light = await ask('p5', { light: true });
    const { waiting } = await records.line({ first: 2 });
    expect(waiting.map(({ id, light }) => light || id).slice(2)).toEqual([true]);
    expect(waiting.at(-1)!.id).toBe(light);
  });
});

describe('a worker that holds a model', () => {
  it('is given a job for it before one that is as fair, but passes over nobody more than three times', async () => {
    const worker = aWorker([BIG]);
    await aged(await ask('first', { model: 'small' }));
    for (let i = 0; i < 5; i++) await ask(`p${i}`, { model: BIG, cost: 0.1 });
    const order: (string | undefined)[] = [];
    for (let i = 0; i < 6; i++) order.push(whose(await take(worker)));
    expect(order).toEqual(['p0', 'p1', 'p2', 'first', 'p3', 'p4']);
  });

  it('is not given one for it before somebody who has received much less', async () => {
    const worker = aWorker([BIG]);
    for (let i = 0; i < 3; i++) await ask('hog', { model: BIG, cost: 30 });
    await take(worker);
    await aged(await ask('guest', { model: 'small' }));
    expect(whose(await take(worker))).toBe('guest');
  });

  it('keeps to the order within one person’s jobs', async () => {
    const worker = aWorker([BIG]);
    const first = await ask('one', { model: 'small' });
    await aged(first);
    await ask('one', { model: BIG });
    expect((await take(worker))!.generation.id).toBe(first);
  });

  it('is left a job that has just come by those that do not hold it, for a moment and while it is free', async () => {
    const [holder, other] = [aWorker([BIG]), aWorker(['small'])];
    await records.advertise({ id: holder.workerId, lanes: { engines: 1, any: 1, light: 0 }, models: [BIG] });
    const id = await ask('one', { model: BIG });
    expect(await records.claimNext(LEASE, other)).toMatchObject({ againInMs: expect.any(Number) });
    await aged(id, 1_500);
    expect((await take(other))!.generation.id).toBe(id);

    const [second, third] = [await ask('one', { model: BIG }), await ask('one', { model: BIG })];
    expect((await take(holder))!.generation.id).toBe(second);
    expect((await take(other))!.generation.id).toBe(third); // the holder is busy now
  });
});

describe('how far a job has come', () => {
  const bytes = (...of: number[]) => new Uint8Array(of);

  it('is told to whoever takes it next: after a failure, a shut-down or a dead worker', async () => {
    await ask('one');
    let claim = (await take())!;
    expect(claim.state).toBeUndefined();
    await records.keep(claim, bytes(1));
    await records.keep(claim, bytes(2, 2));
    await records.release(claim, { code: 'engine_lost', message: 'gone' });
    claim = (await take())!;
    expect(claim.state).toEqual(bytes(2, 2));
    await records.release(claim);
    claim = (await take())!;
    expect(claim.state).toEqual(bytes(2, 2));
    await sql.query(`UPDATE generation SET lease_until = now() - interval '1 s' WHERE id = '${claim.generation.id}'`);
    expect((await take())!.state).toEqual(bytes(2, 2));
  });

  it('is not overwritten by whoever lost it, and is forgotten at every kind of end', async () => {
    const kept = async () => (await sql.query('SELECT 1 FROM checkpoint')).rowCount;
    const ends: ((claim: Claim) => Promise<unknown>)[] = [
      (claim) => records.complete(claim, anOutcome([])),
      (claim) => records.fail(claim, { code: 'internal', message: 'over' }),
      ({ generation }) => records.remove(generation.id),
      async (claim) => {
        await records.release(claim);
        await records.cancel(claim.generation.id);
      },
    ];
    for (const end of ends) {
      await ask('one');
      const claim = (await take())!;
      await records.keep(claim, bytes(7));
      await records.keep({ ...claim, fence: claim.fence - 1 }, bytes(9));
      expect((await sql.query('SELECT state FROM checkpoint')).rows[0].state).toEqual(Buffer.from([7]));
      await end(claim);
      expect(await kept()).toBe(0);
      await records.keep(claim, bytes(8)); // its last word comes late
      expect(await kept()).toBe(0);
    }
  });
});

describe('what a job is charged', () => {
  it('is its own share of an engine that it had company in', async () => {
    await ask('one', { cost: 1 });
    const claim = (await take())!;
    await sql.query(`UPDATE generation SET started_at = now() - interval '8 s' WHERE id = '${claim.generation.id}'`);
    // Eight seconds, of which 7.5 in the engine; 2 of these were its own calls.
    await records.complete(claim, { ...anOutcome([]), timings: { totalMs: 7_500, runMs: 2_000 } });
    expect(await served('one')).toBeGreaterThan(2_400);
    expect(await served('one')).toBeLessThan(2_800);
  });

  it('is a fair part of the time when it failed in company', async () => {
    await records.advertise({ id: randomUUID(), lanes: { engines: 1, any: 4, light: 0 }, models: [] });
    for (const person of ['one', 'two', 'three', 'four']) await ask(person);
    const claims = [await take(), await take(), await take(), await take()];
    const id = claims[0]!.generation.id;
    await sql.query(`UPDATE generation SET started_at = now() - interval '8 s' WHERE id = '${id}'`);
    await records.fail(claims[0]!, { code: 'internal', message: 'over' });
    expect(await served('one')).toBeGreaterThan(1_900);
    expect(await served('one')).toBeLessThan(2_500);
  });
});
