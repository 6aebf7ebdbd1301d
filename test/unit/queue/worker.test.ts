import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import type { Verdict } from '../../../src/core/verdict.ts';
import { createWorker, WORKER_OPTIONS, type WorkerDeps, type WorkerOptions } from '../../../src/queue/worker.ts';
import {
  allow,
  allowing,
  anOrder,
  aPicture,
  aPlan,
  aRequest,
  aSender,
  generating,
  made,
  memoryObjects,
  memoryRecords,
  recordingBroker,
  silent,
  untilAborted,
} from './memory.ts';

function workshop(deps: Partial<WorkerDeps> = {}, options: Partial<WorkerOptions> = {}) {
  const memory = memoryRecords();
  const objects = memoryObjects();
  const broker = recordingBroker();
  const worker = createWorker(
    { records: memory.records, objects, safety: allowing, generate: generating(), broker, log: silent, ...deps },
    { ...WORKER_OPTIONS, progressMs: 0, previewMs: 0, extendMs: 20, ...options },
  );
  /** Its time has come. */
  const run = async (id: string) => {
    const row = memory.rows.get(id);
    if (row) row.readyAt = 0;
    return worker.handle({ v: 1, generationId: id });
  };
  return { ...memory, objects, broker, worker, run };
}

const failing = (code: ConstructorParameters<typeof AppError>[0], message = 'secret detail') =>
  generating(() => Promise.reject(new AppError(code, message)));

describe('a job', () => {
  it('ends with its pictures stored, marked and described', async () => {
    const mark = vi.fn(allowing.mark);
    const finished = vi.fn();
    const { queued, run, rows, objects, broker } = workshop({
      generate: async () => made(2),
      safety: { ...allowing, mark },
      metrics: { finished },
    });
    const id = await queued();
    expect(await run(id)).toBeUndefined();
    const { status, images } = rows.get(id)!;
    expect(status).toBe('done');
    expect(images.map(({ index, seed, altText }) => ({ index, seed, altText }))).toEqual([
      { index: 0, seed: 0, altText: 'AI-generated image: two red apples' },
      { index: 1, seed: 1, altText: 'AI-generated image: two red apples' },
    ]);
    expect(new Set(mark.mock.calls.map(([, code]) => code)).size).toBe(2);
    expect([...objects.kept.keys()].sort()).toEqual(images.map(({ key }) => key).sort());
    expect(broker.signals).toContainEqual({ kind: 'ended', generationId: id });
    expect(finished).toHaveBeenCalledWith('imagine', 'done', expect.any(Number), expect.any(Number));
  });

  it('that makes the same pixels again has the same pixel hash, whatever its mark', async () => {
    const { queued, run, rows } = workshop();
    const [a, b] = [await queued(), await queued()];
    await run(a);
    await run(b);
    expect(rows.get(a)!.images[0]!.pixelSha256).toBe(rows.get(b)!.images[0]!.pixelSha256);
    expect(rows.get(a)!.images[0]!.sha256).not.toBe(rows.get(b)!.images[0]!.sha256);
  });

  it('is dropped when it cannot be read, and when nobody waits any more', async () => {
    const generate = vi.fn(generating());
    const { worker, run, queued, take } = workshop({ generate });
    expect(await worker.handle({ v: 99 })).toBeUndefined();
    expect(await run(crypto.randomUUID())).toBeUndefined();
    const id = await queued();
    await take(); // by another worker
    expect(await run(id)).toBeUndefined();
    expect(generate).not.toHaveBeenCalled();
  });

  it('is only a call: the worker takes whichever is next, and is called again for what is not ready', async () => {
    const { queued, run, rows, take, records } = workshop();
    const [first, second] = [await queued(), await queued()];
    await run(second);
    expect([first, second].map((id) => rows.get(id)!.status)).toEqual(['done', 'queued']);
    await records.release(await take(), { code: 'storage_failed', message: 'later' }, 60_000);
    expect(await run(first)).toMatchObject({ againInMs: expect.any(Number) });
    expect(rows.get(second)!.status).toBe('queued');
  });

  it('is not lost to a database that does not answer', async () => {
    const { queued, run, records } = workshop();
    const id = await queued();
    records.claimNext = () => Promise.reject(new AppError('database_unavailable', 'down'));
    expect(await run(id)).toMatchObject({ againInMs: expect.any(Number) });
  });

  it('tells the engine whose work it is, and what their share is', async () => {
    const generate = vi.fn(generating());
    const { records, run } = workshop({ generate });
    const sender = { ...aSender('ada', 'discord'), space: { id: 'g1' } };
    const { generation } = await records.admit(anOrder({ sender }), aPlan(), [], 3);
    await records.acknowledge(generation.id, generation.address);
    await run(generation.id);
    const whose = { person: generation.personId, space: 'discord:g1', weight: 3 };
    expect(generate.mock.calls[0]![1]).toMatchObject(whose);
  });

  it('keeps alt text within a thousand characters', async () => {
    const { queued, run, rows } = workshop();
    const id = await queued(anOrder({ request: aRequest({ prompt: '🍎'.repeat(2000) }) }));
    await run(id);
    const { altText } = rows.get(id)!.images[0]!;
    expect(altText.length).toBeLessThanOrEqual(1000);
    expect(altText).toMatch(/^AI-generated image: (🍎)+…$/u);
  });
});

describe('moderation in the worker', () => {
  const picture = (decision: Verdict['decision']): Verdict => ({ ...allow('picture'), decision, rule: 'nsfw-score' });

  it('judges the prompt again: what the queue carries is not trusted', async () => {
    const refusing = {
      ...allowing,
      judgePrompt: () => ({ ...allow('prompt'), decision: 'refuse' as const, reason: 'Rule 1.' }),
    };
    const generate = vi.fn(generating());
    const { queued, run, rows } = workshop({ safety: refusing, generate });
    const id = await queued();
    await run(id);
    expect(rows.get(id)).toMatchObject({ status: 'failed', error: { code: 'prompt_refused', message: 'Rule 1.' } });
    expect(generate).not.toHaveBeenCalled();
  });

  it('fails the job when one picture is refused, keeps the verdicts and stores nothing', async () => {
    let judged = 0;
    const safety = { ...allowing, judgePicture: async () => picture(judged++ ? 'refuse' : 'allow') };
    const { queued, run, rows, objects, failedVerdicts } = workshop({ safety, generate: async () => made(3) });
    const id = await queued();
    await run(id);
    expect(rows.get(id)).toMatchObject({ status: 'failed', error: { code: 'picture_refused' }, images: [] });
    expect(failedVerdicts.map(({ decision }) => decision)).toEqual(['allow', 'refuse']);
    expect(objects.kept.size).toBe(0);
  });

  it('hides what should be blurred', async () => {
    const safety = { ...allowing, judgePicture: async () => picture('hide') };
    const { queued, run, rows } = workshop({ safety });
    const id = await queued();
    await run(id);
    expect(rows.get(id)!.images).toMatchObject([{ hidden: true }]);
  });
});

describe('a failure', () => {
  it('that may pass is tried again, later each time, and after the third time told in plain words', async () => {
    const { queued, run, rows } = workshop({ generate: failing('storage_failed') });
    const id = await queued();
    const [first, second, third] = [await run(id), await run(id), await run(id)];
    expect(first!.againInMs).toBeGreaterThanOrEqual(1500);
    expect(second!.againInMs).toBeGreaterThanOrEqual(3000);
    expect(third).toBeUndefined();
    expect(rows.get(id)).toMatchObject({
      status: 'failed',
      error: { code: 'storage_failed', message: 'The picture store did not answer. Please try again.' },
    });
  });

  it('that cannot pass is told at once', async () => {
    const { queued, run, rows } = workshop({ generate: failing('model_missing', 'There is no model “sd15” here.') });
    const id = await queued();
    expect(await run(id)).toBeUndefined();
    expect(rows.get(id)).toMatchObject({ status: 'failed', error: { message: 'There is no model “sd15” here.' } });
  });

  it('we do not understand never shows its inside', async () => {
    const { queued, run, rows } = workshop(
      { generate: () => Promise.reject(new TypeError('x is undefined')) },
      { maxAttempts: 1 },
    );
    const id = await queued();
    await run(id);
    expect(rows.get(id)!.error).toMatchObject({ code: 'internal', message: expect.not.stringContaining('undefined') });
  });

  it('that takes the engine down twice ends the job as poisoned', async () => {
    const { queued, run, rows } = workshop({ generate: failing('engine_lost') });
    const id = await queued();
    expect(await run(id)).toMatchObject({ againInMs: expect.any(Number) });
    expect(await run(id)).toBeUndefined();
    expect(rows.get(id)).toMatchObject({ status: 'failed', error: { code: 'poisoned' } });
  });

  it('of every worker that ever takes it ends the job too', async () => {
    const { queued, run, rows } = workshop({}, { maxClaims: 2 });
    const id = await queued();
    rows.get(id)!.attempt = 2; // two workers took it and were never heard of again
    await run(id);
    expect(rows.get(id)).toMatchObject({ status: 'failed', error: { code: 'poisoned' } });
  });

  it('leaves no picture behind', async () => {
    let puts = 0;
    const objects = memoryObjects();
    const put = objects.put;
    objects.put = (bytes, mime) =>
      ++puts === 2 ? Promise.reject(new AppError('storage_full', 'full')) : put(bytes, mime);
    const { queued, run, rows } = workshop({ objects, generate: async () => made(2) });
    const id = await queued();
    await run(id);
    expect(rows.get(id)).toMatchObject({ status: 'failed', error: { code: 'storage_full' } });
    expect(objects.kept.size).toBe(0);
  });
});

describe('stopping', () => {
  it('ends a running job as cancelled as soon as its person asks', async () => {
    const { queued, run, rows, records, broker } = workshop(
      { generate: (_, { signal }) => untilAborted(signal) },
      { extendMs: 60_000 },
    );
    const id = await queued();
    const running = run(id);
    await vi.waitFor(() => expect(rows.get(id)!.status).toBe('running'));
    await records.cancel(id);
    await broker.publish({ kind: 'cancel', generationId: id });
    expect(await running).toBeUndefined();
    expect(rows.get(id)).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
  });

  it('notices a cancellation whose signal was lost', async () => {
    const { queued, run, rows, records } = workshop({ generate: (_, { signal }) => untilAborted(signal) });
    const id = await queued();
    const running = run(id);
    await vi.waitFor(() => expect(rows.get(id)!.status).toBe('running'));
    await records.cancel(id);
    await running;
    expect(rows.get(id)!.status).toBe('cancelled');
  });

  it('counts a cancellation that came in the last moment', async () => {
    const { queued, run, rows, records, objects } = workshop({}, { extendMs: 60_000 });
    const id = await queued();
    const claimNext = records.claimNext;
    records.claimNext = async (...args) => {
      const taken = await claimNext(...args);
      await records.cancel(id); // after the claim was read, before anything else
      return taken;
    };
    await run(id);
    expect(rows.get(id)!.status).toBe('cancelled');
    expect(objects.kept.size).toBe(0);
  });

  it('counts one that came while the pictures were being written down', async () => {
    const { queued, run, rows, records, objects } = workshop({}, { extendMs: 60_000 });
    const id = await queued();
    const { complete } = records;
    records.complete = async (...args) => {
      await records.cancel(id);
      return complete(...args);
    };
    await run(id);
    expect(rows.get(id)).toMatchObject({ status: 'cancelled', images: [] });
    expect(objects.kept.size).toBe(0);
  });

  it('writes nothing once another worker has the job', async () => {
    const { queued, run, rows, take, objects } = workshop({
      generate: generating(async () => {
        rows.get(id)!.leaseUntil = 0; // it was suspended for longer than its lease
        await take();
      }),
    });
    const id = await queued();
    expect(await run(id)).toBeUndefined();
    expect(rows.get(id)).toMatchObject({ status: 'running', fence: 2, images: [] });
    expect(objects.kept.size).toBe(0);
  });

  it('throws its pictures away when the claim is lost at the last moment', async () => {
    const { queued, run, records, objects, broker } = workshop();
    records.complete = async () => false;
    const id = await queued();
    expect(await run(id)).toBeUndefined();
    expect(objects.kept.size).toBe(0);
    expect(broker.signals.filter(({ kind }) => kind === 'ended')).toEqual([]);
  });

  it('keeps its pictures when nobody knows whether the record was written', async () => {
    const { queued, run, records, objects } = workshop();
    records.complete = () => Promise.reject(new Error('connection closed during commit'));
    await run(await queued());
    expect(objects.kept.size).toBe(1);
  });

  it('hands a running job back at shut-down, to be done again at once', async () => {
    const { queued, run, rows, worker } = workshop({ generate: (_, { signal }) => untilAborted(signal) });
    const id = await queued();
    const running = run(id);
    await vi.waitFor(() => expect(rows.get(id)!.status).toBe('running'));
    worker.handBack();
    expect((await running)!.againInMs).toBeLessThan(100);
    expect(rows.get(id)).toMatchObject({ status: 'queued', attempt: 0 });
  });
});

it('ends a job that is always taken along when engines go down, although it is never to blame', async () => {
  const takenAlong = new AppError('engine_lost', 'gone', { detail: { blamed: false } });
  const generate = vi.fn(generating(() => Promise.reject(takenAlong)));
  const { queued, run, rows } = workshop({ generate }, { maxStarts: 5 });
  const id = await queued();
  for (let i = 0; i < 5; i++) expect(await run(id)).toMatchObject({ againInMs: expect.any(Number) });
  expect(rows.get(id)).toMatchObject({ status: 'queued', attempt: 0 });
  expect(await run(id)).toBeUndefined();
  expect(rows.get(id)).toMatchObject({ status: 'failed', error: { code: 'poisoned' } });
  expect(generate).toHaveBeenCalledTimes(5);
});

describe('progress', () => {
  it('is told with a look at the picture, and no preview outlives the job', async () => {
    const { queued, run, broker, objects, rows } = workshop({
      generate: generating(async ({ onProgress }) => {
        for (let step = 1; step <= 3; step++) {
          onProgress({ step, total: 3, preview: aPicture(step * 40) });
          await vi.waitFor(() => expect(broker.signals.filter(({ kind }) => kind === 'progress')).toHaveLength(step));
        }
      }),
    });
    const id = await queued();
    await run(id);
    const told = broker.signals.flatMap((signal) => (signal.kind === 'progress' ? [signal.progress] : []));
    const [working, finishing] = [told.slice(0, 3), told.slice(3)].map((words) =>
      words.map(({ step, total, finishing }) => `${step}/${total}${finishing ? ' finishing' : ''}`),
    );
    expect(working).toEqual(['1/3', '2/3', '3/3']);
    expect(finishing![0]).toBe('0/1 finishing');
    expect(told[0]!.preview).toMatchObject({ width: 8, height: 8, key: expect.any(String) });
    expect([...objects.kept.keys()]).toEqual(rows.get(id)!.images.map(({ key }) => key));
  });

  it('shows no preview that moderation would not show', async () => {
    const safety = { ...allowing, judgePicture: async () => ({ ...allow('picture'), decision: 'hide' as const }) };
    const { queued, run, broker } = workshop({
      safety,
      generate: generating(({ onProgress }) => onProgress({ step: 1, total: 1, preview: aPicture() })),
    });
    await run(await queued());
    const told = broker.signals.find(({ kind }) => kind === 'progress');
    expect(told).toEqual({ kind: 'progress', progress: expect.not.objectContaining({ preview: expect.anything() }) });
  });
});
