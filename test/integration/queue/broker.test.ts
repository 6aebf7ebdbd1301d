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

  it('calls a worker once for every job', async () => {
    const broker = await open();
    const jobs = [job(), job(), job()];
    for (const one of jobs) await broker.enqueue(one);
    expect(await broker.depth()).toBe(3);
    const work = vi.fn(async () => undefined);
    const working = broker.work(work, { concurrency: 1 });
    await vi.waitFor(async () => expect(await broker.depth()).toBe(0));
    await working.stop();
    expect(work.mock.calls).toEqual(jobs.map((one) => [one]));
  });

  it('shows a job again when asked to, not before', async () => {
    const broker = await open();
    await broker.enqueue(job());
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

  /** What is published before a listener's connection is up is lost, as signals may be; the last of these come late. */
  const live = async (broker: Broker) => {
    let heard = false;
    const forget = broker.onSignal(() => {
      heard = true;
    });
    for (; !heard; await sleep(50)) await broker.publish({ kind: 'ended', generationId: randomUUID() });
    forget();
  };

  it('carries signals to every process, in order', async () => {
    const [one, two] = [await open(), await open()];
    const heard: [string, Signal][] = [];
    await Promise.all([live(one), live(two)]);
    const signals: Signal[] = [
      { kind: 'ended', generationId: randomUUID() },
      { kind: 'progress', progress: { generationId: randomUUID(), step: 1, total: 2 } },
    ];
    const ours = new Set(signals.map((signal) => JSON.stringify(signal)));
    const hear = (who: string) => (signal: Signal) => {
      if (ours.has(JSON.stringify(signal))) heard.push([who, signal]);
    };
    one.onSignal(hear('one'));
    const forget = two.onSignal(hear('two'));
    for (const signal of signals) await one.publish(signal);
    await vi.waitFor(() => expect(heard).toHaveLength(4), 3_000);
    for (const name of ['one', 'two'])
      expect(heard.filter(([who]) => who === name).map(([, signal]) => signal)).toEqual(signals);
    forget();
    await two.publish(signals[0]!);
    await vi.waitFor(() => expect(heard).toHaveLength(5));
    expect(heard.at(-1)![0]).toBe('one');
  });
});
