import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Broker, openBroker } from '../../../src/queue/broker.ts';
import type { Signal } from '../../../src/queue/signal.ts';
import { silent } from '../../unit/queue/memory.ts';
import { BACKENDS, noRedis, openScene, type Scene } from './scene.ts';

describe.each(BACKENDS)('a broker on %s', (backend) => {
  if (backend === 'redis' && noRedis) return it.skip(noRedis, () => {});
  let scene: Scene;
  const brokers: Broker[] = [];
  const open = async () => {
    const options = { redisUrl: scene.redis?.url, databaseUrl: scene.store.databaseUrl, log: silent };
    brokers.push(await openBroker(options));
    return brokers.at(-1)!;
  };
  beforeEach(async () => {
    scene = await openScene(backend);
  });
  afterEach(async () => {
    await Promise.all(brokers.splice(0).map((broker) => broker.close()));
    await scene.close();
  });
  const job = (generationId = randomUUID()) => ({ v: 1 as const, generationId });

  it('holds a job once, until it is done or removed', async () => {
    const broker = await open();
    const [done, removed] = [job(), job()];
    for (const one of [done, done, removed]) await broker.enqueue(one, { priority: 1 });
    expect(await broker.depth()).toBe(2);
    await broker.remove(removed.generationId);
    expect(await broker.has(removed.generationId)).toBe(false);
    expect(await broker.has(done.generationId)).toBe(true);
    const work = vi.fn(async () => undefined);
    const working = broker.work(work, { concurrency: 1 });
    await vi.waitFor(async () => expect(await broker.has(done.generationId)).toBe(false));
    await working.stop();
    expect(work.mock.calls).toEqual([[done]]);
  });

  it('shows a job again when asked to, not before', async () => {
    const broker = await open();
    await broker.enqueue(job(), { priority: 3 });
    const seen: number[] = [];
    const working = broker.work(async () => (seen.push(Date.now()) < 3 ? { againInMs: 300 } : undefined), {
      concurrency: 1,
    });
    await vi.waitFor(() => expect(seen).toHaveLength(3), 5_000);
    await vi.waitFor(async () => expect(await broker.depth()).toBe(0));
    await working.stop();
    expect(seen[1]! - seen[0]!).toBeGreaterThanOrEqual(290);
    expect(seen[2]! - seen[1]!).toBeGreaterThanOrEqual(290);
  });

  /** What is published before a listener's connection is up is lost, as signals may be. */
  const live = async (broker: Broker) => {
    let heard = false;
    const forget = broker.onSignal(() => {
      heard = true;
    });
    for (; !heard; await sleep(50)) await broker.publish({ kind: 'ended', generationId: randomUUID() });
    forget();
    await sleep(200);
  };

  it('carries signals to every process, in order', async () => {
    const [one, two] = [await open(), await open()];
    const heard: [string, Signal][] = [];
    await Promise.all([live(one), live(two)]);
    one.onSignal((signal) => heard.push(['one', signal]));
    const forget = two.onSignal((signal) => heard.push(['two', signal]));
    const signals: Signal[] = [
      { kind: 'ended', generationId: randomUUID() },
      { kind: 'progress', progress: { generationId: randomUUID(), step: 1, total: 2 } },
    ];
    for (const signal of signals) await one.publish(signal);
    await vi.waitFor(() => expect(heard).toHaveLength(4), 3_000);
    for (const name of ['one', 'two'])
      expect(heard.filter(([who]) => who === name).map(([, signal]) => signal)).toEqual(signals);
    forget();
    await two.publish(signals[0]!);
    await vi.waitFor(() => expect(heard).toHaveLength(5));
    expect(heard.at(-1)![0]).toBe('one');
  });

  it('lets nobody wait for ever behind newcomers', async () => {
    const broker = await open();
    const [eighth, newcomer] = [job(), job()];
    await broker.enqueue(eighth, { priority: 8 });
    await broker.enqueue(job(), { priority: 5_000 }); // far back: it may wait
    await sleep(160);
    expect(await broker.age(20)).toBe(2);
    expect(await broker.age(60_000)).toBe(0); // nobody is moved back
    await broker.enqueue(newcomer, { priority: 1 });
    const order: unknown[] = [];
    const working = broker.work(async (taken) => void order.push(taken), { concurrency: 1 });
    await vi.waitFor(() => expect(order).toHaveLength(3), 5_000);
    await working.stop();
    expect(order.slice(0, 2)).toEqual([eighth, newcomer]);
  });
});
