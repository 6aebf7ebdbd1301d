import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { mulberry32 } from '../../../src/core/mulberry32.ts';
import { aRequest, aSender } from '../../unit/queue/memory.ts';
import {
  anOrder,
  BACKENDS,
  noRedis,
  openScene,
  present,
  recordingCourier,
  type Scene,
  type WorkerProcess,
} from './scene.ts';

/** How much of everything; the defaults fit a test run, QUEUE_FAULTS=10 is for a long night. */
const SIZE = Number(process.env.QUEUE_FAULTS ?? 1);
const SEED = Number(process.env.QUEUE_FAULTS_SEED ?? Date.now() % 100_000);

describe.each(BACKENDS)('under faults, on %s', (backend) => {
  if (backend === 'redis' && noRedis) return it.skip(noRedis, () => {});
  let scene: Scene;
  afterEach(() => scene.close());

  it(`every acknowledged order has one outcome, the right one (seed ${SEED})`, {
    timeout: SIZE * 120_000,
  }, async () => {
    const random = mulberry32(SEED);
    scene = await openScene(backend);
    const { seen, couriers } = recordingCourier(() => {
      if (random() < 0.1) throw new AppError('platform_unavailable', '503');
    });
    const front = await scene.open();
    front.startDeliveries({ couriers, present });

    let over = false;
    const nemesis = (async () => {
      const workers: WorkerProcess[] = [await scene.worker({ stepMs: 30 }), await scene.worker({ stepMs: 30 })];
      for (let fault = 0; fault < 2 * SIZE && !over; fault++) {
        await sleep(300 + random() * 700);
        const victim = workers.shift()!;
        if (random() < 0.3) await scene.empty();
        victim.signal(random() < 0.7 ? 'SIGKILL' : 'SIGTERM');
        workers.push(await scene.worker({ stepMs: 30 }));
      }
    })();

    const acknowledged = new Map<string, number>();
    const orders = Array.from({ length: 25 * SIZE }, async (_, i) => {
      await sleep(random() * 1_500 * SIZE);
      const seed = Math.floor(random() * 200);
      const order = anOrder({ sender: aSender(`person ${i % 7}`), request: aRequest({ seed }) });
      const submit = () => front.studio.submit(order, async () => order.address);
      const [receipt, again] = await Promise.all([submit(), random() < 0.3 ? submit() : undefined]);
      expect(receipt && again).toBeUndefined(); // a redelivered event is answered once
      acknowledged.set((receipt ?? again)!.generationId, seed);
    });
    await Promise.all(orders);

    const open = async () => (await scene.store.records.counts()).reduce((n, { count }) => n + count, 0);
    for (const until = Date.now() + SIZE * 90_000; (await open()) > 0 && Date.now() < until; ) await sleep(200);
    over = true;
    await nemesis;
    await sleep(1_000);

    const outcomes = seen.filter(({ what }) => what.startsWith('deliver'));
    expect(outcomes.map(({ reply }) => reply!.generationId).sort()).toEqual([...acknowledged.keys()].sort());
    expect(new Set(outcomes.map(({ what }) => what))).toEqual(new Set(['deliver done']));
    for (const [id, seed] of acknowledged) {
      const [image] = (await front.studio.find(id)).images;
      expect(image!.pixelSha256).toBe(createHash('sha256').update(new Uint8Array(192).fill(seed)).digest('hex'));
      expect(await front.studio.read(image!.key)).toHaveLength(image!.bytes);
    }
  });
});
