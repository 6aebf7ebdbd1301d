import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Status } from '../../../src/core/records.ts';
import type { Queue, QueueDeps } from '../../../src/queue/queue.ts';
import { aPlan, aRequest, aSender } from '../../unit/queue/memory.ts';
import { anOrder, BACKENDS, noRedis, openScene, type Scene, stepping } from './scene.ts';

/** What is asked says which model it wants, and whether it is little work. */
const plan: QueueDeps['plan'] = (request) => {
  const planned = aPlan(request);
  const words = request.kind === 'imagine' ? request.prompt : '';
  const model = { ...planned.recipe.model, name: words.includes('big') ? 'big' : 'tiny' };
  return { ...planned, recipe: { ...planned.recipe, model } as typeof planned.recipe, light: words.includes('light') };
};

describe.each(BACKENDS)('on %s', (backend) => {
  if (backend === 'redis' && noRedis) return it.skip(noRedis, () => {});
  let scene: Scene;
  beforeEach(async () => {
    scene = await openScene(backend);
  });
  afterEach(() => scene.close());

  const submit = async (queue: Queue, prompt: string, person = 'ada') => {
    const asked = anOrder({ sender: aSender(person), request: aRequest({ prompt }) });
    return (await queue.studio.submit(asked, async () => asked.address))!.generationId;
  };
  const status = async (id: string): Promise<Status> => (await scene.store.records.find(id))!.status;
  const until = (id: string, wanted: Status) =>
    vi.waitFor(async () => expect(await status(id)).toBe(wanted), { timeout: 20_000, interval: 30 });

  it('light jobs do not wait while heavy ones fill every other lane, and none is lost between the two', async () => {
    const queue = await scene.open({ plan });
    const [slow, swift] = [stepping(60_000), stepping(2)];
    queue.startWorker({
      ...{ concurrency: 2, light: 1, engines: 1 },
      generate: (recipe, context) => (context.light ? swift : slow)(recipe, context),
    });
    for (let i = 0; i < 4; i++) await submit(queue, 'heavy', `hog ${i}`);
    const lights: string[] = [];
    for (let i = 0; i < 6; i++) lights.push(await submit(queue, 'light', `p${i % 2}`));
    for (const id of lights) await until(id, 'done');
    const open = await queue.studio.waiting(aSender('hog 3'));
    expect(open).toMatchObject([{ status: 'queued', standing: { ahead: expect.any(Number) } }]);
    expect(await queue.studio.load()).toEqual({
      ...{ waiting: 2, running: 2 },
      lanes: { engines: 1, any: 2, light: 1 },
    });
  });

  it('light jobs are done by workers that keep no lane for them, too', async () => {
    const queue = await scene.open({ plan });
    queue.startWorker({ concurrency: 1, generate: stepping(1) });
    const ids = [await submit(queue, 'light'), await submit(queue, 'heavy'), await submit(queue, 'light')];
    for (const id of ids) await until(id, 'done');
  });

  it('a job goes to the worker that holds its model, while that one is free', async () => {
    const front = await scene.open({ plan });
    const did = new Map<string, string[]>([
      ['big', []],
      ['tiny', []],
    ]);
    for (const model of did.keys()) {
      const queue = await scene.open({ plan });
      const generate = stepping(10, (prompt) => did.get(model)!.push(prompt));
      queue.startWorker({ concurrency: 1, generate, held: () => [model] });
    }
    await vi.waitFor(async () => expect((await front.studio.load()).lanes?.engines).toBe(2));
    for (let i = 0; i < 6; i++) await until(await submit(front, i % 2 ? 'big one' : 'tiny one'), 'done');
    expect(did.get('big')).toEqual(Array(3).fill('big one'));
    expect(did.get('tiny')).toEqual(Array(3).fill('tiny one'));
  });

  if (backend === 'redis')
    it('workers in two processes share a crowd of both kinds, and a killed one leaves nothing undone', async () => {
      const front = await scene.open({ plan });
      const doomed = await scene.worker({ stepMs: 40, concurrency: 2 });
      const ids: string[] = [];
      for (let i = 0; i < 14; i++) ids.push(await submit(front, i % 3 ? 'heavy' : 'light', `p${i % 4}`));
      await doomed.started;
      front.startWorker({ concurrency: 1, light: 1, generate: stepping(5) });
      await sleep(200);
      doomed.signal('SIGKILL');
      for (const id of ids) await until(id, 'done');
    });
});
