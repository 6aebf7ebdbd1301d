import pino from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import type { Claim, GenerationView } from '../../../src/core/records.ts';
import type { Order } from '../../../src/core/studio.ts';
import { aStore } from './a-store.ts';
import { allowed, anImage, anOrder, anOutcome, aPlan, aRequest, refused } from './orders.ts';

const logged: string[] = [];
const store = await aStore(pino({ level: 'error' }, { write: (line: string) => void logged.push(line) }));
const { records, sql } = store;
afterAll(store.close);

let people = 0;
/** An order of somebody nobody has seen before, so that tests do not meet. */
const someonesOrder = (order: Partial<Order> = {}): Order =>
  anOrder({ sender: { platform: 'web', accountId: `person-${++people}`, name: 'Somebody' }, ...order });

const admit = async (order = someonesOrder()): Promise<GenerationView> =>
  (await records.admit(order, aPlan(), [allowed])).generation;

async function queued(order = someonesOrder()): Promise<GenerationView> {
  const generation = await admit(order);
  await records.acknowledge(generation.id, order.address);
  return generation;
}

const take = async (leaseMs = 60_000): Promise<Claim> => {
  const claim = await records.claimNext(leaseMs);
  if (!claim || 'againInMs' in claim) throw new Error('nothing to claim');
  return claim;
};

/** What other tests left in line is out of the way. */
const alone = async () => {
  await sql.query(`UPDATE generation SET status = 'cancelled' WHERE status = 'queued'`);
  await sql.query(`UPDATE generation SET lease_until = now() + '1 h' WHERE status = 'running' AND lease_until < now()`);
};

async function running(leaseMs = 60_000): Promise<Claim> {
  await alone();
  await queued();
  return take(leaseMs);
}

const count = async (table: string, where = 'true'): Promise<number> =>
  (await sql.query(`SELECT count(*)::int AS n FROM ${table} WHERE ${where}`)).rows[0].n;

/** Whatever falls due, of everybody. */
const drain = () => records.dueDeliveries(['web'], 1000, 60_000);

describe('admission', () => {
  it('records who, where and what', async () => {
    const order = anOrder({ request: aRequest({ negativePrompt: 'text', seed: 0 }) });
    const { generation, duplicate } = await records.admit(order, aPlan(), [allowed]);
    expect(duplicate).toBe(false);
    expect(generation).toMatchObject({ ...aPlan(), status: 'received', attempt: 0, images: [] });
    expect(generation).toMatchObject({ sender: order.sender, request: order.request, address: order.address });
    expect(generation).not.toHaveProperty('error');
    expect(await records.find(generation.id)).toEqual(generation);
    expect(await records.personOf(order.sender)).toBe(generation.personId);
    expect(await count('verdict', `generation_id = '${generation.id}'`)).toBe(1);
  });

  it('admits an event once, however often it is delivered', async () => {
    const order = someonesOrder();
    const results = await Promise.all(Array.from({ length: 20 }, () => records.admit(order, aPlan(), [allowed])));
    expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(results.map(({ generation }) => generation.id)).size).toBe(1);
    expect(await records.unfinished(results[0]!.generation.personId)).toBe(1);
    expect(await count('verdict', `generation_id = '${results[0]!.generation.id}'`)).toBe(1);
  });

  it('tells the same event id of two platforms apart', async () => {
    const order = someonesOrder();
    const other = { ...order, sender: { ...order.sender, platform: 'slack' as const } };
    expect((await admit(order)).id).not.toBe((await admit(other)).id);
  });

  it('lets a thousand-member space send its first orders at once', async () => {
    const space = { id: 'busy', name: 'Busy' };
    const orders = Array.from({ length: 10 }, () => someonesOrder());
    const made = await Promise.all(orders.map((order) => admit({ ...order, sender: { ...order.sender, space } })));
    expect(made.map(({ sender }) => sender.space)).toEqual(made.map(() => space));
    expect(await count('space', `external_id = 'busy'`)).toBe(1);
  });

  it('follows a person who changes their name', async () => {
    const order = someonesOrder();
    await admit(order);
    const renamed = await admit({ ...order, eventId: 'later', sender: { ...order.sender, name: 'New Name' } });
    expect(renamed.sender.name).toBe('New Name');
  });

  it('keeps text that Postgres alone would not take', async () => {
    const order = someonesOrder({ request: aRequest({ negativePrompt: 'a\u0000b\ud83d' }) });
    const { request } = await admit({ ...order, sender: { ...order.sender, name: 'N\u0000ame\ud83d' } });
    expect(request).toMatchObject({ negativePrompt: 'ab\ufffd' });
  });

  it('leaves of a refused order its verdict, once per event', async () => {
    const order = someonesOrder();
    await Promise.all([1, 2, 3].map(() => records.refuse(order, [refused])));
    expect(await count('verdict', `event_id = '${order.eventId}' AND decision = 'refuse'`)).toBe(1);
    expect(await records.personOf(order.sender)).toBeUndefined();
    await expect(records.admit(order, aPlan(), [allowed])).rejects.toMatchObject({ code: 'not_found' });
  });

  it('ends what was never acknowledged without a delivery', async () => {
    const { id } = await admit();
    await records.abandon(id);
    expect(await records.find(id)).toMatchObject({ status: 'failed', error: { code: 'platform_unavailable' } });
    expect((await drain()).map(({ generationId }) => generationId)).not.toContain(id);
    const acknowledged = await queued();
    await records.abandon(acknowledged.id);
    expect((await records.find(acknowledged.id))?.status).toBe('queued');
  });
});

describe('verdicts', () => {
  it('can be neither changed, deleted nor truncated', async () => {
    await admit();
    for (const statement of ["UPDATE verdict SET decision = 'allow'", 'DELETE FROM verdict', 'TRUNCATE verdict'])
      await expect(sql.query(statement)).rejects.toThrow(/append-only/);
  });

  it('outlive the picture they were about', async () => {
    const claim = await running();
    await records.complete(claim, anOutcome());
    await records.remove(claim.generation.id);
    expect(await count('verdict', `generation_id = '${claim.generation.id}'`)).toBe(2);
  });
});

describe('a claim', () => {
  it('is given to one of twenty', async () => {
    await alone();
    const { id } = await queued();
    const claims = await Promise.all(Array.from({ length: 20 }, () => records.claimNext(60_000)));
    expect(claims.filter(Boolean)).toMatchObject([{ generation: { id, status: 'running', attempt: 1 } }]);
  });

  it('is not given before the acknowledgement, nor after the end', async () => {
    await alone();
    await admit();
    expect(await records.claimNext(1000)).toBeUndefined();
    const claim = await running();
    await records.complete(claim, anOutcome());
    expect(await records.claimNext(1000)).toBeUndefined();
  });

  it('is void once a later one was given: the zombie can write nothing', async () => {
    const zombie = await running(-1);
    const { id } = zombie.generation;
    const heir = await take();
    expect(heir.generation.id).toBe(id);
    expect(heir.fence).toBe(zombie.fence + 1);
    expect(await records.extend(zombie, 1000)).toEqual({ held: false, cancelRequested: false });
    expect(await records.complete(zombie, anOutcome())).toBe(false);
    expect(await records.fail(zombie, { code: 'internal', message: 'no' }, [refused])).toBe(false);
    expect(await records.release(zombie)).toBe(false);
    expect(await records.find(id)).toMatchObject({ status: 'running', images: [] });
    expect(await count('image', `generation_id = '${id}'`)).toBe(0);
    expect(await records.complete(heir, anOutcome())).toBe(true);
    expect(await records.complete(heir, anOutcome())).toBe(false);
    expect((await records.find(id))?.images).toHaveLength(1);
  });

  it('lasts as long as it is extended', async () => {
    const claim = await running(300);
    expect(await records.extend(claim, 60_000)).toEqual({ held: true, cancelRequested: false });
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect(await records.claimNext(1000)).toBeUndefined();
  });

  it('goes back to the queue with its reason, which a later success forgets', async () => {
    const claim = await running();
    expect(await records.release(claim, { code: 'engine_lost', message: 'gone' })).toBe(true);
    expect(await records.find(claim.generation.id)).toMatchObject({ status: 'queued', attempt: 1 });
    const again = await take();
    expect(again.generation.attempt).toBe(2);
    await records.complete(again, anOutcome());
    expect(await records.find(claim.generation.id)).not.toHaveProperty('error');
  });

  it('waits after a failure as long as it is told to', async () => {
    const claim = await running();
    await records.release(claim, { code: 'storage_failed', message: 'later' }, 300);
    const early = await records.claimNext(60_000);
    expect(early).toEqual({ againInMs: expect.any(Number) });
    await new Promise((resolve) => setTimeout(resolve, (early as { againInMs: number }).againInMs));
    expect((await take()).generation.id).toBe(claim.generation.id);
  });

  it('counts no attempt when it is handed back without a reason', async () => {
    const claim = await running();
    expect(await records.release(claim)).toBe(true);
    expect((await take()).generation.attempt).toBe(1);
  });

  it('counts how often it took an engine down, over all attempts', async () => {
    const claim = await running();
    expect(await records.blame(claim)).toBe(1);
    await records.release(claim);
    const again = await take();
    expect(await records.blame(again)).toBe(2);
    expect(await records.blame(claim)).toBe(2); // void: says, but does not count
  });

  it('completes with pictures, verdicts and marks, or with none of them', async () => {
    const claim = await running();
    const taken = anImage();
    await records.complete(await running(), anOutcome([taken]));
    const twice = [anImage(), anImage({ index: 1, watermark: taken.watermark })];
    await expect(records.complete(claim, anOutcome(twice))).rejects.toThrow(); // the code names another picture
    expect(await records.find(claim.generation.id)).toMatchObject({ status: 'running', images: [] });
    const images = [anImage({ index: 1, hidden: true }), anImage({ index: 0 })];
    expect(await records.complete(claim, anOutcome(images))).toBe(true);
    const done = (await records.find(claim.generation.id))!;
    expect(done).toMatchObject({ status: 'done', fingerprint: 'cpu-1', timings: { totalMs: 1000, runMs: 950 } });
    expect(done.images.map(({ index, hidden }) => [index, hidden])).toEqual([
      [0, false],
      [1, true],
    ]);
    expect(await count('verdict', `generation_id = '${done.id}' AND image_index IS NOT NULL`)).toBe(2);
  });

  it('fails with what the person reads', async () => {
    const claim = await running();
    const reason = { code: 'picture_refused', message: 'Not shown here.' } as const;
    expect(await records.fail(claim, reason, [refused])).toBe(true);
    expect(await records.find(claim.generation.id)).toMatchObject({ status: 'failed', error: reason });
    expect((await drain()).map(({ generationId }) => generationId)).toContain(claim.generation.id);
  });
});

describe('cancelling', () => {
  it('ends a waiting one at once and tells so', async () => {
    for (const waiting of [await admit(), await queued()]) {
      expect(await records.cancel(waiting.id)).toBe('cancelled');
      expect(await records.find(waiting.id)).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
      expect((await drain()).map(({ generationId }) => generationId)).toContain(waiting.id);
    }
  });

  it('does not come back to life by a late acknowledgement, which still says where to tell', async () => {
    const { id } = await admit();
    await records.cancel(id);
    await records.acknowledge(id, { platform: 'web', session: 'tab-2' });
    expect(await records.find(id)).toMatchObject({ status: 'cancelled', address: { session: 'tab-2' } });
  });

  it('asks a running one to stop, and its worker ends it', async () => {
    const claim = await running();
    expect(await records.cancel(claim.generation.id)).toBe('running');
    expect(await records.extend(claim, 60_000)).toEqual({ held: true, cancelRequested: true });
    expect(await records.complete(claim, anOutcome())).toBe(false); // however late it came
    await records.fail(claim, { code: 'cancelled', message: 'Cancelled.' });
    expect((await records.find(claim.generation.id))?.status).toBe('cancelled');
  });

  it('answers what an ended one is', async () => {
    const claim = await running();
    await records.complete(claim, anOutcome());
    expect(await records.cancel(claim.generation.id)).toBe('done');
    await expect(records.cancel('00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('removing', () => {
  it('deletes pictures and words, and names the objects nobody else uses', async () => {
    const [mine, other] = [await running(), await running()];
    await records.complete(mine, anOutcome([anImage({ key: 'a' }), anImage({ index: 1, key: 'shared' })]));
    await records.complete(other, anOutcome([anImage({ key: 'shared' })]));
    const { id, personId } = mine.generation;
    expect(await records.remove(id)).toEqual({ address: mine.generation.address, keys: ['a'] });
    expect(await count('image', `generation_id = '${id}'`)).toBe(0);
    expect(await records.find(id)).toBeUndefined();
    expect(await records.history(personId, { limit: 10 })).toEqual([]);
    const { rows } = await sql.query(`SELECT row_to_json(g)::text AS all FROM generation g WHERE id = '${id}'`);
    expect(rows[0].all).not.toMatch(/apple|crimson/);
    await expect(records.remove(id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('voids the claim of whoever still works on it, and nothing is shown', async () => {
    const claim = await running();
    await records.remove(claim.generation.id);
    expect(await records.complete(claim, anOutcome())).toBe(false);
    expect((await drain()).map(({ generationId }) => generationId)).not.toContain(claim.generation.id);
  });
});

describe('look-ups', () => {
  it('lists a person’s generations newest first, page by page', async () => {
    const { sender } = someonesOrder();
    const made: GenerationView[] = [];
    for (let i = 0; i < 5; i++) made.push(await admit(anOrder({ sender })));
    const ids = made.map(({ id }) => id).reverse();
    const { personId } = made[0]!;
    const page = await records.history(personId, { limit: 3 });
    expect(page.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    const next = await records.history(personId, { limit: 3, before: page[2]!.id });
    expect(next.map(({ id }) => id)).toEqual(ids.slice(3));
  });

  it('counts what has not ended by kind and status', async () => {
    const before = await records.counts();
    const { id } = await queued();
    const of = (rows: typeof before) =>
      rows.find((row) => row.kind === 'imagine' && row.status === 'queued')?.count ?? 0;
    expect(of(await records.counts())).toBe(of(before) + 1);
    await records.cancel(id);
    expect(await records.counts()).toEqual(before);
  });

  it('finds what a crash left behind', async () => {
    const [alive, dead] = [await running(), await running(-1)];
    const [late, waiting] = [await admit(), await queued()];
    const unserved = (await records.unserved()).map(({ id }) => id);
    expect(unserved).toEqual(expect.arrayContaining([dead.generation.id, waiting.id]));
    expect(unserved).not.toContain(alive.generation.id);
    expect(unserved).not.toContain(late.id);
    await records.adopt(60_000);
    expect((await records.find(late.id))?.status).toBe('received'); // somebody may still be at it
    expect(await records.adopt(0)).toBeGreaterThanOrEqual(1);
    expect(await records.find(late.id)).toMatchObject({ status: 'queued', address: late.address });
    expect((await records.unserved()).map(({ id }) => id)).toContain(late.id);
  });

  it('answers nothing for what is no id', async () => {
    expect(await records.find("'; DROP TABLE generation")).toBeUndefined();
    expect(await records.history((await admit()).personId, { limit: 1, before: 'x' })).toEqual([]);
  });

  it('finds the picture of a mark, whichever of the 64 bits are set', async () => {
    const claim = await running();
    const codes = [0n, 2n ** 63n, 2n ** 64n - 1n];
    const images = codes.map((code, index) => anImage({ index, watermark: { code, keyId: 'k', strength: 'weak' } }));
    await records.complete(claim, anOutcome(images));
    const found = await Promise.all(codes.map((code) => records.findByWatermark(code)));
    expect(found.map((image) => image?.index)).toEqual([0, 1, 2]);
    await records.remove(claim.generation.id);
    expect(await records.findByWatermark(0n)).toBeUndefined();
    expect(await count('watermark', 'code = 0')).toBe(1); // never to be given to another picture
  });
});

describe('deliveries', () => {
  const done = async (): Promise<GenerationView> => {
    await drain();
    const claim = await running();
    await records.complete(claim, anOutcome());
    return claim.generation;
  };

  it('are taken by one of many, and again when the lease ran out', async () => {
    const { id } = await done();
    const taken = await Promise.all(Array.from({ length: 10 }, () => records.dueDeliveries(['web'], 5, 60_000)));
    expect(taken.flat()).toHaveLength(1);
    expect(taken.flat()[0]).toMatchObject({ attempt: 1, generation: { id, status: 'done' } });
    await sql.query(`UPDATE delivery SET leased_until = now() - interval '1 s' WHERE generation_id = '${id}'`);
    expect(await drain()).toMatchObject([{ attempt: 2, generation: { id } }]);
  });

  it('go only to those who speak the platform', async () => {
    await done();
    expect(await records.dueDeliveries(['discord', 'slack'], 5, 60_000)).toEqual([]);
    expect(await records.dueDeliveries(['web'], 5, 60_000)).toHaveLength(1);
  });

  it('are over once shown, and the message is known', async () => {
    const generation = await done();
    const [due] = await drain();
    const address = { platform: 'web', session: 'tab-9' } as const;
    await records.delivered(due!.id, { message: `message-${generation.id}`, address });
    expect(await drain()).toEqual([]);
    expect(await records.findByMessage('web', `message-${generation.id}`)).toMatchObject({
      id: generation.id,
      address,
    });
    expect(await records.findByMessage('slack', `message-${generation.id}`)).toBeUndefined();
  });

  it('wait until their time, or are given up', async () => {
    await done();
    const [due] = await drain();
    await records.postpone(due!.id, new Date(Date.now() + 60_000), 'platform_unavailable');
    expect(await drain()).toEqual([]);
    await records.postpone(due!.id, new Date(), 'platform_unavailable');
    await expect.poll(drain).toHaveLength(1);
    await records.postpone(due!.id, 'never', 'platform_refused');
    expect(await drain()).toEqual([]);
    expect(await count('delivery', `id = '${due!.id}' AND state = 'given_up' AND reason = 'platform_refused'`)).toBe(1);
  });

  it('let one of many make a progress edit, and none after the end', async () => {
    const claim = await running();
    const { id } = claim.generation;
    const turns = await Promise.all(Array.from({ length: 10 }, () => records.takeProgressTurn(id, 60_000)));
    expect(turns.filter(Boolean)).toHaveLength(1);
    expect(await records.takeProgressTurn(id, 0)).toBe(true);
    await records.complete(claim, anOutcome());
    expect(await records.takeProgressTurn(id, 0)).toBe(false);
  });
});

describe('what a waiting message says', () => {
  it('is known to everybody, and changed by one of many, only while it waits', async () => {
    await alone();
    const order = someonesOrder();
    const { id } = await admit(order);
    await records.acknowledge(id, order.address, { ahead: 3, etaSeconds: 20 });
    const shown = async () => (await records.line({ first: 1 })).waiting[0]?.shown;
    expect(await shown()).toEqual({ ahead: 3, etaSeconds: 20 });
    const says = { ahead: 1, etaSeconds: 9.5, etaHighSeconds: 12 };
    const turns = await Promise.all(Array.from({ length: 8 }, () => records.takeWaitingTurn(id, 60_000, says)));
    expect(turns.filter(Boolean)).toHaveLength(1);
    expect(await shown()).toEqual(says);
    const claim = await take();
    expect(await records.takeWaitingTurn(id, 0, says)).toBe(false);
    await records.release(claim);
    expect(await shown()).toBeUndefined(); // its message has spoken of steps since
  });

  it('reckons with how many newcomers there were lately', async () => {
    for (let i = 0; i < 5; i++) await queued();
    const { newcomers } = await records.line({ first: 1 });
    expect(newcomers.perMs).toBeGreaterThan(0);
    expect(newcomers.perMs).toBeLessThan(1);
    expect(newcomers.meanMs).toBeGreaterThan(0);
  });
});

describe('a record of a newer version', () => {
  const newer = {
    recipe: `'{"v": 2, "kind": "hologram"}'`,
    request: `'{"kind": "hologram"}'`,
    address: `'{"platform": "ether"}'`,
  };
  const rewrite = (id: string, ...columns: (keyof typeof newer)[]) =>
    sql.query(
      `UPDATE generation SET ${columns.map((name) => `${name} = ${newer[name]}::jsonb`).join(', ')} WHERE id = '${id}'`,
    );

  it('that waits ends with a reason, is told where its address can be read, and disturbs nobody', async () => {
    await alone();
    await drain();
    const [strange, lost, next] = [await queued(), await queued(), await queued()];
    await rewrite(strange.id, 'recipe', 'request');
    await rewrite(lost.id, 'recipe', 'address');
    expect((await take()).generation.id).toBe(next.id);
    expect(await records.claimNext(60_000)).toBeUndefined();
    const { rows } = await sql.query(
      `SELECT status, error_message FROM generation WHERE id IN ('${strange.id}', '${lost.id}')`,
    );
    expect(rows).toEqual(
      [1, 2].map(() => ({ status: 'failed', error_message: expect.stringContaining('newer version') })),
    );
    expect(logged.filter((line) => line.includes(strange.id))).toHaveLength(1);
    const due = await drain();
    expect(due).toMatchObject([{ generationId: strange.id, address: strange.address, attempt: 1 }]);
    expect(due[0]).not.toHaveProperty('generation');
    expect(await drain()).toEqual([]);
    expect(
      await count('delivery', `generation_id = '${lost.id}' AND state = 'given_up' AND reason = 'unreadable'`),
    ).toBe(1);
  });

  it('that is due does not hold up the others', async () => {
    await drain();
    const [strange, plain] = [await running(), await running()];
    for (const claim of [strange, plain]) await records.complete(claim, anOutcome());
    await rewrite(strange.generation.id, 'recipe');
    const due = await drain();
    expect(due.map(({ generationId, generation }) => [generationId, generation?.status])).toEqual(
      expect.arrayContaining([
        [strange.generation.id, undefined],
        [plain.generation.id, 'done'],
      ]),
    );
    const { personId } = plain.generation;
    await rewrite(plain.generation.id, 'request');
    expect(await records.history(personId, { limit: 5 })).toEqual([]); // rather than an error for all of them
  });

  it('does not end a person’s history, nor take the place of what can be read', async () => {
    const { sender } = someonesOrder();
    const made: GenerationView[] = [];
    for (let i = 0; i < 8; i++) made.unshift(await admit(anOrder({ sender })));
    const { personId } = made[0]!;
    const ids = made.map(({ id }) => id); // newest first
    for (const i of [0, 1, 2, 4]) await rewrite(ids[i]!, 'recipe');
    const readable = [3, 5, 6, 7].map((i) => ids[i]!);
    const page = async (limit: number, before?: string) =>
      (await records.history(personId, { limit, ...(before && { before }) })).map(({ id }) => id);
    expect(await page(2)).toEqual(readable.slice(0, 2));
    expect(await page(2, readable[1])).toEqual(readable.slice(2));
    expect(await page(3)).toEqual(readable.slice(0, 3));
    expect(await page(20)).toEqual(readable);
    expect(await page(2, readable[3])).toEqual([]);
  });

  it('has its owner and state, and can be removed, pictures and all', async () => {
    const claim = await running();
    const { id, personId, address } = claim.generation;
    await records.complete(claim, anOutcome([anImage({ key: 'strange' })]));
    await rewrite(id, 'recipe', 'request');
    await expect(records.find(id)).rejects.toMatchObject({ code: 'internal' });
    expect(await records.outline(id)).toEqual({ personId, status: 'done' });
    expect(await records.remove(id)).toEqual({ address, keys: ['strange'] });
    expect(await records.outline(id)).toBeUndefined();
    expect(
      await count('generation', `id = '${id}' AND request IS NULL AND recipe IS NULL AND deleted_at IS NOT NULL`),
    ).toBe(1);
    expect(await count('image', `generation_id = '${id}'`)).toBe(0);
  });

  it('is removed although nobody can tell where it was shown', async () => {
    const { id } = await queued();
    await rewrite(id, 'recipe', 'address');
    expect(await records.remove(id)).toEqual({ keys: [] });
    expect(await records.unserved()).not.toContainEqual(expect.objectContaining({ id }));
  });
});
