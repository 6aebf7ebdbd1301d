import { describe, expect, it } from 'vitest';
import { createStudio } from '../../../src/queue/studio.ts';
import { createTurnstile } from '../../../src/queue/turnstile.ts';
import {
  allowing,
  anOrder,
  aPlan,
  aSender,
  memoryObjects,
  memoryRecords,
  recordingBroker,
  recordingCourier,
  silent,
} from './memory.ts';

function studio() {
  const memory = memoryRecords();
  const [objects, broker, { seen, couriers }] = [memoryObjects(), recordingBroker(), recordingCourier()];
  return {
    ...memory,
    objects,
    broker,
    seen,
    studio: createStudio({
      records: memory.records,
      objects,
      broker,
      safety: allowing,
      plan: aPlan,
      limits: { jobsPerPerson: 8, idlePictures: 60 },
      turnstile: createTurnstile(),
      couriers: () => couriers,
      models: () => [{ name: 'tiny', title: 'Tiny' }],
      styles: () => [{ name: 'ink', title: 'Ink drawing' }],
      brushes: () => [{ name: 'mosaic', title: 'Mosaic' }],
      attributes: () => [],
      log: silent,
    }),
  };
}

describe('cancelling', () => {
  it('ends a waiting job at once, and nobody is left to claim it', async () => {
    const { studio: s, broker, records, rows } = studio();
    const receipt = await s.submit(anOrder(), async ({ generationId }) => ({ platform: 'web', session: generationId }));
    await s.cancel(aSender(), receipt!.generationId);
    expect(rows.get(receipt!.generationId)!.status).toBe('cancelled');
    expect(await records.claimNext(1000)).toBeUndefined();
    expect(broker.signals).toEqual([{ kind: 'ended', generationId: receipt!.generationId }]);
  });

  it('tells whoever runs it', async () => {
    const { studio: s, broker, take, queued } = studio();
    const generationId = await queued();
    await take();
    await s.cancel(aSender(), generationId);
    expect(broker.signals).toEqual([{ kind: 'cancel', generationId }]);
  });

  it('is refused to others, for what has ended, and for what never was', async () => {
    const { studio: s, queued } = studio();
    const id = await queued();
    await expect(s.cancel(aSender('bob'), id)).rejects.toMatchObject({ code: 'not_yours' });
    await s.cancel(aSender(), id);
    await expect(s.cancel(aSender(), id)).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(s.cancel(aSender(), crypto.randomUUID())).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('removing', () => {
  it('takes pictures, record and message away, for their owner only', async () => {
    const { studio: s, queued, rows, objects, seen } = studio();
    const id = await queued();
    const { key } = await objects.put(Buffer.from('png'), 'image/png');
    rows.get(id)!.images = [{ key, index: 0 } as never];
    await expect(s.remove(aSender('bob'), id)).rejects.toMatchObject({ code: 'not_yours' });
    await s.remove(aSender(), id);
    expect(objects.kept.size).toBe(0);
    expect(seen.map(({ what }) => what)).toEqual(['remove']);
    await expect(s.find(id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(s.remove(aSender(), id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('leaves the message where it is when nobody can tell where that is', async () => {
    const { studio: s, queued, records, objects, seen } = studio();
    const id = await queued();
    const { key } = await objects.put(Buffer.from('png'), 'image/png');
    records.remove = async () => ({ keys: [key] });
    await s.remove(aSender(), id);
    expect(objects.kept.size).toBe(0);
    expect(seen).toEqual([]);
  });
});

it('says where a job stands until it has ended', async () => {
  const { studio: s, queued, take, records } = studio();
  const [first, second] = [await queued(), await queued()];
  expect(await s.standing(second)).toEqual({ ahead: 1 });
  const claim = await take();
  expect(await s.standing(first)).toEqual({ ahead: 0 });
  expect(await s.standing(second)).toEqual({ ahead: 0 });
  await records.fail(claim, { code: 'internal', message: 'x' });
  expect(await s.standing(first)).toBeUndefined();
  expect(await s.standing(crypto.randomUUID())).toBeUndefined();
});

it('knows whose a generation is', async () => {
  const { studio: s, queued } = studio();
  const generation = await s.find(await queued());
  expect(await s.isOwner(aSender(), generation)).toBe(true);
  expect(await s.isOwner(aSender('bob'), generation)).toBe(false);
  expect(await s.isOwner(aSender('ada', 'discord'), generation)).toBe(false);
});
