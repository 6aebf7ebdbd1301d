import { describe, expect, it, vi } from 'vitest';
import { Request } from '../../../src/core/request.ts';
import type { Safety } from '../../../src/core/safety.ts';
import { clean } from '../../../src/queue/cleaner.ts';
import { fromHandedIn } from '../../../src/queue/descent.ts';
import { createHandIn } from '../../../src/queue/hand-in.ts';
import { createIntake } from '../../../src/queue/intake.ts';
import { createWorker } from '../../../src/queue/worker.ts';
import {
  allowing,
  anOrder,
  aPlan,
  aSender,
  generating,
  memoryObjects,
  memoryRecords,
  recordingBroker,
  silent,
} from './memory.ts';

function scene(safety: Partial<Safety> = {}) {
  const memory = memoryRecords();
  const objects = memoryObjects();
  const deps = { records: memory.records, objects, safety: { ...allowing, ...safety }, log: silent };
  const intake = { broker: recordingBroker(), plan: aPlan, limits: { jobsPerPerson: 99 } };
  return {
    ...memory,
    objects,
    handIn: createHandIn({ ...deps, limits: { idlePictures: 60 } }),
    submit: createIntake({ ...deps, ...intake }),
  };
}

const sent = Buffer.from('a picture');
const stylize = (source: unknown, words?: string) =>
  Request.parse({ kind: 'stylize', source, brush: 'ink', ...(words && { words }) });
const address = async () => ({ platform: 'web' as const, session: 's1' });

describe('a picture that is handed in', () => {
  it('is cleansed, judged, stored, and theirs', async () => {
    const order: string[] = [];
    const { handIn, objects, records } = scene({
      cleanse: async () => {
        order.push('cleanse');
        return { bytes: Buffer.from('clean'), mime: 'image/png', width: 8, height: 4, samples: [] };
      },
      judgeUpload: async () => {
        order.push(`judge ${objects.kept.size}`);
        return { stage: 'upload', decision: 'allow', rule: 'none', detector: 'test' };
      },
    });
    const kept = await handIn(aSender(), sent);
    expect(order).toEqual(['cleanse', 'judge 0']);
    expect(kept).toMatchObject({ width: 8, height: 4, sha256: kept.key });
    expect(Buffer.from(objects.kept.get(kept.key)!).toString()).toBe('clean');
    expect(await records.handedIn(aSender(), [kept.key])).toEqual([kept]);
    expect(await records.handedIn(aSender('bob'), [kept.key])).toEqual([]);
  });

  it('that is refused is never stored; its verdict is', async () => {
    const verdict = {
      stage: 'upload',
      decision: 'refuse',
      rule: 'explicit-picture',
      detector: 't',
      reason: 'No.',
    } as const;
    const { handIn, objects, refused } = scene({ judgeUpload: async () => verdict });
    await expect(handIn(aSender(), sent)).rejects.toMatchObject({ code: 'picture_refused', message: 'No.' });
    expect([objects.kept.size, refused]).toEqual([0, [verdict]]);
  });

  it('waits for the one before it, of the same person and of nobody else', async () => {
    const events: string[] = [];
    const waiting: (() => void)[] = [];
    const { handIn } = scene({
      cleanse: async (bytes) => {
        events.push(`begin ${bytes[0]}`);
        await new Promise<void>((resolve) => waiting.push(resolve));
        return { bytes, mime: 'image/png', width: 1, height: 1, samples: [] };
      },
    });
    const all = [
      handIn(aSender(), Buffer.from([1])),
      handIn(aSender(), Buffer.from([2])),
      handIn(aSender('bob'), Buffer.from([3])),
    ];
    await vi.waitFor(() => expect(events).toEqual(['begin 1', 'begin 3']));
    for (const go of waiting.splice(0)) go();
    await vi.waitFor(() => expect(events).toEqual(['begin 1', 'begin 3', 'begin 2']));
    for (const go of waiting.splice(0)) go();
    await Promise.all(all);
  });

  it('is one too many where as many lie idle as the settings allow', async () => {
    const { handIn } = scene({
      cleanse: async (bytes) => ({ bytes, mime: 'image/png', width: 1, height: 1, samples: [] }),
    });
    for (let i = 0; i < 60; i++) await handIn(aSender(), Buffer.from([i]));
    await expect(handIn(aSender(), sent)).rejects.toMatchObject({ code: 'too_many' });
    await expect(handIn(aSender('bob'), sent)).resolves.toBeDefined();
  });
});

describe('an order made from one', () => {
  it('is taken from whoever handed it in, and from nobody else', async () => {
    const { handIn, submit, rows } = scene();
    const request = stylize(await handIn(aSender(), sent));
    await submit(anOrder({ request }), address);
    expect(rows.size).toBe(1);
    await expect(submit(anOrder({ request, sender: aSender('bob') }), address)).rejects.toMatchObject({
      code: 'not_yours',
      message: expect.stringContaining('Send it again'),
    });
    expect(rows.size).toBe(1);
  });

  it('is planned with what was recorded, whatever the order says of it', async () => {
    const { handIn, records, objects } = scene();
    const kept = await handIn(aSender(), sent);
    const plan = vi.fn(aPlan);
    const deps = {
      records,
      objects,
      safety: allowing,
      log: silent,
      broker: recordingBroker(),
      plan,
      limits: { jobsPerPerson: 9 },
    };
    const forged = { ...kept, width: 60_000, height: 1, frames: 9 };
    await createIntake(deps)(anOrder({ request: stylize(forged) }), address);
    const [request, sources] = plan.mock.calls[0]! as unknown as [Request, (ref: unknown) => unknown];
    expect(sources((request as { source: unknown }).source)).toEqual(kept);
  });

  it('has its words and their readings judged as such, and so has what descends from it', async () => {
    const judgePrompt = vi.fn(allowing.judgePrompt);
    const { handIn, records, objects } = scene();
    const plan = () => ({ ...aPlan(), readings: [{ prompt: 'another reading', negativePrompt: '' }] });
    const deps = { records, objects, safety: { ...allowing, judgePrompt }, log: silent, broker: recordingBroker() };
    const submit = createIntake({ ...deps, plan, limits: { jobsPerPerson: 9 } });
    const first = await submit(anOrder({ request: stylize(await handIn(aSender(), sent), 'an autumn day') }), address);
    expect(judgePrompt.mock.calls.map(([, circumstances]) => circumstances)).toEqual([
      { handedIn: true },
      { handedIn: true, words: { prompt: 'another reading', negativePrompt: '' } },
    ]);
    const child = stylize({ generationId: first!.generationId, index: 0 }, 'winter');
    expect(await fromHandedIn(records, child)).toBe(true);
    expect(await fromHandedIn(records, Request.parse({ kind: 'imagine', prompt: 'x' }))).toBe(false);
    expect(await fromHandedIn(records, stylize({ generationId: crypto.randomUUID(), index: 0 }))).toBe(true);
  });
});

it('what comes of one is judged as such, previews included', async () => {
  const { handIn, records, submit } = scene();
  await submit(anOrder({ request: stylize(await handIn(aSender(), sent)) }), address);
  const judgePicture = vi.fn(allowing.judgePicture);
  const deps = { records, objects: memoryObjects(), broker: recordingBroker(), log: silent, generate: generating() };
  const self = { id: 'w1', held: () => [] };
  const worker = createWorker({ ...deps, safety: { ...allowing, judgePicture }, self });
  await worker.handle({ v: 1, generationId: crypto.randomUUID() });
  worker.end();
  expect(judgePicture).toHaveBeenCalledWith(expect.anything(), { handedIn: true });
});

it('what nothing was made from is deleted, and one that cannot be does not stop the others', async () => {
  const gone: string[] = [];
  const objects = {
    delete: async (key: string) => {
      if (key === 'a') throw new Error('busy');
      gone.push(key);
    },
  };
  const records = { forgetHandedIn: vi.fn(async () => ['a', 'b']) };
  await clean({ records, objects, log: silent }, 5);
  expect(gone).toEqual(['b']);
  expect(records.forgetHandedIn).toHaveBeenCalledWith(5);
});
