import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import type { Status } from '../../../src/core/records.ts';
import type { Order } from '../../../src/core/studio.ts';
import type { Queue } from '../../../src/queue/queue.ts';
import { aPlan, aRequest, aSender } from '../../unit/queue/memory.ts';
import { anOrder, BACKENDS, noRedis, openScene, present, recordingCourier, type Scene, stepping } from './scene.ts';

const ENDED: Status[] = ['done', 'failed', 'cancelled'];

describe.each(BACKENDS)('on %s', (backend) => {
  if (backend === 'redis' && noRedis) return it.skip(noRedis, () => {});

  let scene: Scene;
  beforeEach(async () => {
    scene = await openScene(backend);
  });
  afterEach(() => scene.close());

  const find = async (id: string) => (await scene.store.records.find(id))!;
  const submit = async (queue: Queue, order: Partial<Order> = {}) => {
    const asked = anOrder(order);
    const receipt = await queue.studio.submit(asked, async () => asked.address);
    return receipt!.generationId;
  };
  const until = (id: string, ...statuses: Status[]) =>
    vi.waitFor(async () => expect(statuses).toContain((await find(id)).status), { timeout: 20_000, interval: 30 });
  /** How many deliveries each generation saw, and of what kind. */
  const shown = (seen: ReturnType<typeof recordingCourier>['seen']) =>
    seen
      .filter(({ what }) => what.startsWith('deliver'))
      .map(({ reply }) => `${reply?.generationId} ${reply?.headline}`);

  it('an order becomes pictures, with progress on the way, shown once', async () => {
    const { seen, couriers } = recordingCourier();
    const queue = await scene.open();
    const told = vi.fn();
    queue.onProgress(told);
    queue.startDeliveries({ couriers, present });
    queue.startWorker({ generate: stepping(120), concurrency: 2 });
    const id = await submit(queue, { request: aRequest({ seed: 7, count: 2 }) });
    await until(id, 'done');
    await vi.waitFor(() => expect(shown(seen)).toEqual([`${id} done`]), 5_000);
    await sleep(400);
    expect(shown(seen)).toEqual([`${id} done`]);
    expect(seen.at(-1)!.what).toBe('deliver done');
    expect(seen.filter(({ what }) => what.startsWith('progress')).length).toBeGreaterThan(0);
    const { images } = await find(id);
    expect(images.map(({ index, seed }) => ({ index, seed }))).toEqual([
      { index: 0, seed: 7 },
      { index: 1, seed: 8 },
    ]);
    for (const { key, bytes } of images) expect(await queue.studio.read(key)).toHaveLength(bytes);
    const previews = told.mock.calls.map(([{ preview }]) => preview?.key).filter(Boolean);
    expect(previews.length).toBeGreaterThan(0);
    for (const key of previews) await expect(queue.studio.read(key)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('a repeated event does nothing, in this process or another', async () => {
    const [one, two] = [await scene.open(), await scene.open()];
    const order = anOrder();
    const acknowledge = vi.fn(async () => order.address);
    expect(await one.studio.submit(order, acknowledge)).toBeDefined();
    expect(await one.studio.submit(order, acknowledge)).toBeUndefined();
    expect(await two.studio.submit(order, acknowledge)).toBeUndefined();
    expect(acknowledge).toHaveBeenCalledTimes(1);
    expect(await two.depth()).toBe(1);
  });

  it('a waiting job is cancelled at once, a running one within a second, and each is told once', async () => {
    const { seen, couriers } = recordingCourier();
    const [front, back] = [await scene.open(), await scene.open()];
    front.startDeliveries({ couriers, present });
    back.startWorker({ generate: stepping(5_000), concurrency: 1 });
    const running = await submit(front);
    await until(running, 'running');
    const waiting = await submit(front);
    await front.studio.cancel(aSender(), waiting);
    expect((await find(waiting)).status).toBe('cancelled');
    const asked = Date.now();
    await front.studio.cancel(aSender(), running);
    await until(running, 'cancelled');
    expect(Date.now() - asked).toBeLessThan(1_000);
    await vi.waitFor(() => expect(shown(seen).sort()).toEqual([`${running} cancelled`, `${waiting} cancelled`].sort()));
  });

  it('a job whose worker is killed is finished by another, and shown once', async () => {
    const { seen, couriers } = recordingCourier();
    const queue = await scene.open();
    queue.startDeliveries({ couriers, present });
    const doomed = await scene.worker({ stepMs: 60_000 });
    const id = await submit(queue, { request: aRequest({ seed: 9 }) });
    expect(await doomed.started).toBe(id);
    doomed.signal('SIGKILL');
    await doomed.ended;
    queue.startWorker({ generate: stepping(10), concurrency: 1 });
    await until(id, 'done');
    await vi.waitFor(() => expect(shown(seen)).toEqual([`${id} done`]));
    expect(await find(id)).toMatchObject({ attempt: 2, images: [{ seed: 9 }] });
  });

  it('a worker that was frozen past its lease neither overwrites nor posts when it wakes', async () => {
    const { seen, couriers } = recordingCourier();
    const queue = await scene.open();
    queue.startDeliveries({ couriers, present });
    const zombie = await scene.worker({ stepMs: 150 });
    const id = await submit(queue);
    await zombie.started;
    zombie.signal('SIGSTOP');
    queue.startWorker({ generate: stepping(10), concurrency: 1 });
    await until(id, 'done');
    const before = await find(id);
    zombie.signal('SIGCONT');
    await sleep(1_500); // it finishes its steps and tries
    expect(await find(id)).toEqual(before);
    expect(shown(seen)).toEqual([`${id} done`]);
    zombie.signal('SIGTERM');
    await zombie.ended;
  });

  it('an emptied queue loses nothing: the records bring every job back', async () => {
    const queue = await scene.open();
    const ids = [];
    for (let i = 0; i < 12; i++) ids.push(await submit(queue, { sender: aSender(`person ${i % 3}`) }));
    await scene.empty();
    expect(await queue.depth()).toBe(12);
    queue.startWorker({ generate: stepping(5), concurrency: 4 });
    for (const id of ids) await until(id, 'done');
    for (const id of ids) expect((await find(id)).attempt).toBe(1);
  });

  it('a job emptied from the queue while it runs ends once all the same', async () => {
    const queue = await scene.open();
    const runs = vi.fn();
    queue.startWorker({ generate: stepping(150, runs), concurrency: 1 });
    const id = await submit(queue);
    await until(id, 'running');
    await scene.empty();
    await until(id, 'done');
    await sleep(1_000);
    expect(runs).toHaveBeenCalledTimes(1);
  });

  it('a database that cuts every connection in mid-work costs time, and no order its one outcome', async () => {
    const { seen, couriers } = recordingCourier();
    const queue = await scene.open();
    queue.startDeliveries({ couriers, present });
    queue.startWorker({ generate: stepping(40), concurrency: 2 });
    const ids: string[] = [];
    for (let i = 0; i < 12; i++) ids.push(await submit(queue, { sender: aSender(`person ${i}`) }));
    for (let cut = 0; cut < 3; cut++) {
      await sleep(300);
      await scene.cutDatabase();
    }
    await vi.waitFor(() => expect(new Set(shown(seen)).size).toBe(ids.length), { timeout: 90_000 });
    await sleep(500);
    expect(new Set(shown(seen))).toEqual(new Set(ids.map((id) => `${id} done`)));
  });

  it('a job that takes the engine down twice is failed with the reason, and others go on', async () => {
    const { seen, couriers } = recordingCourier();
    const queue = await scene.open();
    queue.startDeliveries({ couriers, present });
    const fine = stepping(5);
    const killed = vi.fn();
    queue.startWorker({
      concurrency: 1,
      generate: async (recipe, context) => {
        if (!('prompt' in recipe) || recipe.prompt !== 'poison') return fine(recipe, context);
        killed();
        throw new AppError('engine_lost', 'exit code 137');
      },
    });
    const poison = await submit(queue, { request: aRequest({ prompt: 'poison' }) });
    const other = await submit(queue, { sender: aSender('bob') });
    await until(poison, ...ENDED);
    await until(other, 'done');
    expect(killed).toHaveBeenCalledTimes(2);
    expect(await find(poison)).toMatchObject({ status: 'failed', error: { code: 'poisoned' } });
    await vi.waitFor(() => expect(shown(seen)).toContain(`${poison} failed`));
  });

  it('a failure that passes is tried again until it works', async () => {
    const queue = await scene.open();
    let tries = 0;
    const fine = stepping(5);
    queue.startWorker({
      concurrency: 1,
      generate: (...call) =>
        ++tries < 3 ? Promise.reject(new AppError('storage_failed', 'no answer')) : fine(...call),
    });
    const id = await submit(queue);
    await until(id, ...ENDED);
    expect(await find(id)).toMatchObject({ status: 'done', attempt: 3 });
  });

  it('stopping hands running jobs back, takes none, and loses none', async () => {
    const { seen, couriers } = recordingCourier();
    const front = await scene.open();
    front.startDeliveries({ couriers, present });
    const ids: string[] = [];
    for (let i = 0; i < 10; i++) ids.push(await submit(front, { sender: aSender(`person ${i}`) }));
    for (let round = 0; round < 3; round++) {
      const leaving = await scene.open();
      leaving.startWorker({ generate: stepping(100), concurrency: 3 });
      await sleep(600);
      const asked = Date.now();
      await leaving.stop(round * 150); // at once, in mid-job, and with time to finish
      expect(Date.now() - asked).toBeLessThan(3_000);
      expect((await scene.store.records.counts()).filter(({ status }) => status === 'running')).toEqual([]);
    }
    const last = await scene.open();
    last.startWorker({ generate: stepping(5), concurrency: 3 });
    for (const id of ids) await until(id, 'done');
    for (const id of ids) expect((await find(id)).attempt).toBe(1); // being handed back is no failed attempt
    await vi.waitFor(() => expect(shown(seen).sort()).toEqual(ids.map((id) => `${id} done`).sort()), 5_000);
  });

  it('someone with many jobs does not hold up those with few', async () => {
    const queue = await scene.open();
    const people = new Map<string, number>([
      ['A', 32],
      ['B', 2],
      ['C', 3],
    ]);
    for (const [name, jobs] of people)
      for (let i = 1; i <= jobs; i++)
        await submit(queue, { sender: aSender(name), request: aRequest({ prompt: `${name}${i}` }) });
    const order: string[] = [];
    queue.startWorker({ generate: stepping(1, (prompt) => order.push(prompt)), concurrency: 1 });
    await vi.waitFor(() => expect(order.length).toBeGreaterThanOrEqual(12), { timeout: 15_000 });
    expect(order.slice(0, 3)).toEqual(['A1', 'B1', 'C1']);
    // Who was quicker than expected may go again a little earlier, so the rest is not told to the letter.
    for (const last of ['B2', 'C3']) expect(order.indexOf(last)).toBeLessThan(order.indexOf('A5'));
  });

  it('an outcome is tried until the platform takes it, and then left alone', async () => {
    const attempts = vi.fn();
    const { seen, couriers } = recordingCourier((attempt) => {
      attempts(attempt);
      if (attempt < 4) throw new AppError('platform_unavailable', '503');
    });
    const queue = await scene.open();
    queue.startDeliveries({ couriers, present });
    queue.startWorker({ generate: stepping(1), concurrency: 1 });
    const id = await submit(queue);
    await vi.waitFor(() => expect(shown(seen)).toEqual([`${id} done`]), { timeout: 10_000 });
    await sleep(500);
    expect(attempts.mock.calls.flat()).toEqual([1, 2, 3, 4]);
    expect((await queue.studio.findByMessage('web', `m-${id}`))?.id).toBe(id);
  });

  it('two processes with couriers show an outcome once, and progress edits keep their distance', async () => {
    const [one, two] = [recordingCourier(), recordingCourier()];
    const [left, right] = [await scene.open(), await scene.open()];
    left.startDeliveries({ couriers: one.couriers, present });
    right.startDeliveries({ couriers: two.couriers, present });
    right.startWorker({ generate: stepping(400), concurrency: 1 });
    const id = await submit(left);
    const seen = () => [...one.seen, ...two.seen].sort((a, b) => a.at - b.at);
    await vi.waitFor(() => expect(shown(seen())).toEqual([`${id} done`]), { timeout: 10_000 });
    await sleep(700);
    expect(shown(seen())).toEqual([`${id} done`]);
    const edits = seen().filter(({ what }) => what.startsWith('progress'));
    expect(edits.length).toBeGreaterThanOrEqual(2);
    for (const [i, { at }] of edits.entries()) if (i) expect(at - edits[i - 1]!.at).toBeGreaterThanOrEqual(270);
  });

  it('an order whose process died before the acknowledgement was noted still runs', async () => {
    const queue = await scene.open();
    const stuck = new Promise<never>(() => {});
    const order = anOrder();
    let id = '';
    void queue.studio.submit(order, ({ generationId }) => {
      id = generationId;
      return stuck;
    });
    await vi.waitFor(() => expect(id).not.toBe(''));
    queue.startWorker({ generate: stepping(1), concurrency: 1 });
    await until(id, 'done');
  });

  it('removing a running job takes everything away and nothing comes after', async () => {
    const { seen, couriers } = recordingCourier();
    const queue = await scene.open();
    queue.startDeliveries({ couriers, present });
    queue.startWorker({ generate: stepping(200), concurrency: 1 });
    const id = await submit(queue);
    await vi.waitFor(() => expect(seen.some(({ what }) => what.startsWith('progress'))).toBe(true), 5_000);
    await queue.studio.remove(aSender(), id);
    await sleep(1_200);
    expect(seen.at(-1)!.what).toBe('remove');
    await expect(queue.studio.find(id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('what a newer version asked for is its person’s to cancel and to delete', async () => {
    const { seen, couriers } = recordingCourier();
    const queue = await scene.open();
    queue.startDeliveries({ couriers, present });
    queue.startWorker({ generate: stepping(1), concurrency: 1 });
    const made = await submit(queue);
    await vi.waitFor(() => expect(shown(seen)).toEqual([`${made} done`]), 20_000);
    const { key } = (await find(made)).images[0]!;
    await scene.rewriteAsNewer(made);
    await expect(queue.studio.find(made)).rejects.toMatchObject({ code: 'internal' });
    await expect(queue.studio.remove(aSender('bob'), made)).rejects.toMatchObject({ code: 'not_yours' });
    await queue.studio.remove(aSender(), made);
    await expect(queue.studio.read(key)).rejects.toMatchObject({ code: 'not_found' });
    expect(seen.at(-1)!.what).toBe('remove');
    await expect(queue.studio.remove(aSender(), made)).rejects.toMatchObject({ code: 'not_found' });
    const { generation } = await scene.store.records.admit(anOrder(), aPlan(), []);
    await scene.rewriteAsNewer(generation.id);
    await queue.studio.cancel(aSender(), generation.id);
    expect(await scene.store.records.outline(generation.id)).toMatchObject({ status: 'cancelled' });
  });

  it('what the queue carries is not trusted: unknown and malformed jobs are dropped', async () => {
    const queue = await scene.open();
    const runs = vi.fn();
    queue.startWorker({ generate: stepping(1, runs), concurrency: 1 });
    const { openBroker } = await import('../../../src/queue/broker.ts');
    const { silent } = await import('../../unit/queue/memory.ts');
    const broker = await openBroker({ redisUrl: scene.redis?.url, databaseUrl: scene.store.databaseUrl, log: silent });
    await broker.enqueue({ v: 1, generationId: randomUUID() });
    await broker.enqueue({ v: 9, generationId: randomUUID(), prompt: 'x' } as never);
    await vi.waitFor(async () => expect(await broker.depth()).toBe(0));
    const id = await submit(queue);
    await until(id, 'done');
    expect(runs).toHaveBeenCalledTimes(1);
    await broker.close();
  });
});
