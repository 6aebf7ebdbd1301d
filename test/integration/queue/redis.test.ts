import { Redis } from 'ioredis';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openBroker } from '../../../src/queue/broker.ts';
import { anOrder, noRedis, openScene, type Scene, stepping } from './scene.ts';

describe.skipIf(noRedis)('a Redis', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await openScene('redis');
  });
  afterEach(() => scene.close());

  it('that is down costs a submission no time and no job', async () => {
    const queue = await scene.open();
    queue.startWorker({ generate: stepping(1), concurrency: 1 });
    await scene.redis!.stop();
    const order = anOrder();
    const asked = Date.now();
    const receipt = await queue.studio.submit(order, async () => order.address);
    expect(Date.now() - asked).toBeLessThan(3_000);
    await expect(queue.ping()).rejects.toThrow();
    await scene.redis!.start();
    await vi.waitFor(async () => expect((await queue.studio.find(receipt!.generationId)).status).toBe('done'), {
      timeout: 20_000,
      interval: 50,
    });
    await queue.ping();
  });

  it('that is frozen keeps nobody waiting who hands in an order, or takes one back', async () => {
    const queue = await scene.open();
    await queue.ping();
    scene.redis!.freeze();
    const order = anOrder();
    const asked = Date.now();
    const receipt = await queue.studio.submit(order, async () => order.address);
    const cancelled = queue.studio.cancel(order.sender, receipt!.generationId);
    await Promise.all([cancelled, expect(queue.ping()).rejects.toThrow()]);
    expect(Date.now() - asked).toBeLessThan(9_000);
    scene.redis!.wake();
  });

  it('that is down does not keep the process from stopping', async () => {
    const queue = await scene.open();
    queue.startWorker({ generate: stepping(1), concurrency: 1 });
    await queue.ping();
    await scene.redis!.stop();
    const asked = Date.now();
    await queue.stop(0);
    expect(Date.now() - asked).toBeLessThan(12_000);
  });

  it('that may evict keys is warned about with the remedy', async () => {
    const client = new Redis(scene.redis!.url);
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await client.quit();
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const spoken = vi.spyOn(console, 'warn').mockImplementation(() => {}); // BullMQ says it too
    const broker = await openBroker({ redisUrl: scene.redis!.url, databaseUrl: scene.store.databaseUrl, log });
    spoken.mockRestore();
    await broker.close();
    expect(lines.join()).toContain('maxmemory-policy noeviction');
  });
});

it.each([
  ['redis', 'redis://127.0.0.1:1', 'bad_config', 'REDIS_URL'],
  ['postgres', undefined, 'database_unavailable', 'Postgres'],
])('a %s that does not answer is told in plain words at start', async (_, redisUrl, code, word) => {
  const log = pino({ level: 'silent' });
  await expect(openBroker({ redisUrl, databaseUrl: 'postgres://nobody@127.0.0.1:1/none', log })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(word),
  });
});
