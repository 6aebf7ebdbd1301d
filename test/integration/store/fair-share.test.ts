/** The fair line in SQL: the same as the one in memory, whose laws test/unit/queue/fair-share.test.ts states. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../src/core/mulberry32.ts';
import type { Claim, Records } from '../../../src/core/records.ts';
import { memoryRecords } from '../../unit/queue/memory.ts';
import { aStore, emptyLine } from './a-store.ts';
import { allowed, anOrder, anOutcome, aPlan } from './orders.ts';

const store = await aStore();
const { records, sql } = store;
afterAll(store.close);
beforeEach(() => emptyLine(store));

const sender = (accountId: string) => ({ platform: 'web' as const, accountId, name: accountId });
const of = (claim: Awaited<ReturnType<Records['claimNext']>>): Claim | undefined =>
  claim && 'fence' in claim ? claim : undefined;

async function ask(to: Records, person: string, cost = 1, weight = 1): Promise<string> {
  const order = anOrder({ sender: sender(person) });
  const { generation } = await to.admit(order, { ...aPlan(), cost }, [allowed], weight);
  await to.acknowledge(generation.id, order.address);
  return generation.id;
}

describe('the fair line in SQL', () => {
  it('gives out a random trace as the one in memory does: orders, cancellations, retries and ends', async () => {
    const random = mulberry32(20261121);
    // Nothing has ended well yet, so that every cost is estimated at the default rate, in memory and here.
    const memory = memoryRecords({ rate: 2000 });
    const twins = new Map<string, string>(); // id there → id in memory
    const open = new Set<string>();
    const running: { here: Claim; there: Claim }[] = [];
    const given: [string | undefined, string | undefined][] = [];
    /** What was paid is the same but for the time the two took to write it down, which must not decide a tie. */
    const settled = async (here: Claim, there: Claim) => {
      const { rows } = await sql.query(`SELECT served FROM person WHERE id = '${here.generation.personId}'`);
      expect(Math.abs(rows[0].served - memory.served.get(there.generation.personId)!)).toBeLessThan(2_000);
      memory.served.set(there.generation.personId, rows[0].served);
    };
    for (let step = 0; step < 120; step++) {
      const dice = random();
      if (dice < 0.45) {
        const [person, cost, weight] = [
          `p${Math.floor(random() * 5)}`,
          0.5 + random() * 9,
          1 + Math.floor(random() * 3),
        ];
        const id = await ask(records, person, cost, weight);
        twins.set(id, await ask(memory.records, person, cost, weight));
        open.add(id);
      } else if (dice < 0.75) {
        const [here, there] = [of(await records.claimNext(60_000)), of(await memory.records.claimNext(60_000))];
        given.push([here && twins.get(here.generation.id), there?.generation.id]);
        if (here && there) running.push({ here, there });
        if (here) open.delete(here.generation.id);
      } else if (dice < 0.82 && open.size > 0) {
        const [id] = [...open].slice(Math.floor(random() * open.size));
        await Promise.all([records.cancel(id!), memory.records.cancel(twins.get(id!)!)]);
        open.delete(id!);
      } else if (running.length > 0) {
        const [{ here, there }] = running.splice(Math.floor(random() * running.length), 1) as [(typeof running)[0]];
        if (dice < 0.9) {
          await Promise.all([records.release(here), memory.records.release(there)]);
          open.add(here.generation.id);
        } else {
          const ms = Math.round(random() * 5000);
          await sql.query(
            `UPDATE generation SET started_at = now() - ${ms} * interval '1 ms' WHERE id = '${here.generation.id}'`,
          );
          memory.rows.get(there.generation.id)!.startedAt = new Date(Date.now() - ms);
          const reason = { code: 'internal', message: 'over' } as const;
          await Promise.all([records.fail(here, reason), memory.records.fail(there, reason)]);
          await settled(here, there);
        }
      }
    }
    expect(given.filter(([here]) => here).length).toBeGreaterThan(20);
    expect(given.map(([here]) => here)).toEqual(given.map(([, there]) => there));
  });

  it('goes on as foretold', async () => {
    const random = mulberry32(5);
    for (let i = 0; i < 30; i++) await ask(records, `p${Math.floor(random() * 6)}`, 0.5 + random() * 9, 1 + (i % 2));
    await records.claimNext(60_000);
    const foretold = (await records.line({ first: 500 })).waiting.map(({ id }) => id);
    const given: string[] = [];
    for (let claim = of(await records.claimNext(60_000)); claim; claim = of(await records.claimNext(60_000)))
      given.push(claim.generation.id);
    expect(given).toEqual(foretold);
  });

  it('starts B and C second and third behind 32 of A', async () => {
    for (const [person, jobs] of [
      ['A', 32],
      ['B', 2],
      ['C', 3],
    ] as const)
      for (let i = 0; i < jobs; i++) await ask(records, person);
    const started: string[] = [];
    for (let i = 0; i < 9; i++) started.push(of(await records.claimNext(60_000))!.generation.sender.accountId);
    expect(started.join('')).toBe('ABCABCACA');
  });

  it('tells whoever does the job what its person’s share is', async () => {
    await ask(records, 'patron', 1, 3);
    expect(of(await records.claimNext(60_000))?.weight).toBe(3);
  });

  it('gives one job to one of many who ask at once, each another', async () => {
    for (let i = 0; i < 12; i++) await ask(records, `p${i % 4}`);
    const claims = await Promise.all(Array.from({ length: 20 }, () => records.claimNext(60_000)));
    const ids = claims.flatMap((claim) => of(claim)?.generation.id ?? []);
    expect(ids).toHaveLength(12);
    expect(new Set(ids).size).toBe(12);
  });

  it('estimates by what jobs of the same model took, once there are enough', async () => {
    const estimate = async (id: string) =>
      (await sql.query(`SELECT estimate_ms FROM generation WHERE id = '${id}'`)).rows[0].estimate_ms;
    expect(await estimate(await ask(records, 'a', 3))).toBe(6000);
    for (const ms of [100, 300, 200]) {
      await ask(records, 'a', 1);
      const claim = of(await records.claimNext(60_000))!;
      await sql.query(
        `UPDATE generation SET cost = 1, started_at = now() - ${ms} * interval '1 ms' WHERE id = '${claim.generation.id}'`,
      );
      await records.complete(claim, anOutcome([]));
      await sql.query(
        `UPDATE generation SET started_at = ended_at - ${ms} * interval '1 ms' WHERE id = '${claim.generation.id}'`,
      );
    }
    const id = await ask(records, 'a', 3);
    expect(await estimate(id)).toBeCloseTo(600);
    expect((await records.line({ first: 1 })).paces.map(({ rate }) => Math.round(rate))).toEqual([100, 300, 200]);
  });
});
