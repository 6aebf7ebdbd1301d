import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import type { PictureRef, Request } from '../../../src/core/request.ts';
import type { Order, Sender } from '../../../src/core/studio.ts';
import { createIntake, type IntakeDeps } from '../../../src/queue/intake.ts';
import { createPromptJudge } from '../../../src/safety/prompt/judge.ts';
import {
  allow,
  allowing,
  anOrder,
  anUpscale,
  aPlan,
  aRequest,
  aSender,
  made,
  memoryRecords,
  recordingBroker,
  silent,
} from './memory.ts';

const address = { platform: 'web' as const, session: 's1' };

function intake(deps: Partial<IntakeDeps> = {}) {
  const memory = memoryRecords();
  const broker = recordingBroker();
  const submit = createIntake({
    records: memory.records,
    broker,
    safety: allowing,
    plan: aPlan,
    limits: { jobsPerPerson: 8 },
    log: silent,
    ...deps,
  });
  return { ...memory, broker, submit };
}

describe('an order', () => {
  it('is on record before it is acknowledged, and in the queue after', async () => {
    const { submit, rows, broker } = intake();
    const receipt = await submit(anOrder(), async ({ generationId }) => {
      expect(rows.get(generationId)?.status).toBe('received');
      expect(broker.queued).toEqual([]);
      return { platform: 'web', session: 'answered' };
    });
    const row = rows.get(receipt!.generationId)!;
    expect(row).toMatchObject({ status: 'queued', address: { session: 'answered' } });
    expect(broker.queued).toEqual([row.id]);
  });

  it('that is repeated does nothing and is not acknowledged again', async () => {
    const { submit, rows, broker } = intake();
    const order = anOrder();
    await submit(order, async () => address);
    const again = vi.fn(async () => address);
    expect(await submit(order, again)).toBeUndefined();
    expect(again).not.toHaveBeenCalled();
    expect(rows.size).toBe(1);
    expect(broker.queued).toHaveLength(1);
  });

  it('that is repeated while the first is still on its way does nothing', async () => {
    const { submit, rows } = intake();
    const order = anOrder();
    const receipts = await Promise.all([submit(order, async () => address), submit(order, async () => address)]);
    expect(receipts.filter(Boolean)).toHaveLength(1);
    expect(rows.size).toBe(1);
  });

  it('whose acknowledgement fails is abandoned, and its person hears why', async () => {
    const { submit, rows, broker } = intake();
    const refusal = new AppError('platform_unavailable', 'no answer');
    await expect(submit(anOrder(), () => Promise.reject(refusal))).rejects.toBe(refusal);
    expect([...rows.values()].map(({ status }) => status)).toEqual(['cancelled']);
    expect(broker.queued).toEqual([]);
  });

  it('is accepted although the queue is down: the records have it', async () => {
    const broker = { enqueue: () => Promise.reject(new Error('ECONNREFUSED')) };
    const { submit, rows } = intake({ broker });
    const receipt = await submit(anOrder(), async () => address);
    expect(rows.get(receipt!.generationId)?.status).toBe('queued');
  });

  it('tells how many go first, and an ETA only from enough history', async () => {
    const { submit, records, queued, rows } = intake();
    await queued(anOrder({ sender: aSender('bob') }));
    const first = await submit(anOrder(), async () => address);
    expect(first).toMatchObject({ ahead: 1 });
    expect(first).not.toHaveProperty('etaSeconds');
    const line = records.line;
    const pace = { kind: 'imagine', model: 'tiny', rate: 3000 };
    records.line = async (options) => ({ ...(await line(options)), paces: Array.from({ length: 20 }, () => pace) });
    const receipt = await submit(anOrder({ sender: aSender('cy') }), async () => address);
    expect(receipt).toMatchObject({ ahead: 2, etaSeconds: 9, etaHighSeconds: 9 });
    expect(rows.get(receipt!.generationId)!.shown).toEqual({ ahead: 2, etaSeconds: 9, etaHighSeconds: 9 });
  });

  it('has the weight of its person’s best role, times that of the space', async () => {
    const weights = { roles: { 'discord:patron': 3, 'discord:helper': 2 }, spaces: { home: 1.5 } };
    const { submit, rows } = intake({ weights });
    const weight = async (sender: Partial<Sender>) => {
      const receipt = await submit(
        anOrder({ sender: { ...aSender('ada', 'discord'), ...sender } }),
        async () => address,
      );
      return rows.get(receipt!.generationId)!.weight;
    };
    expect(await weight({})).toBe(1);
    expect(await weight({ roles: ['helper', 'patron', 'other'] })).toBe(3);
    expect(await weight({ roles: ['helper'], space: { id: 'home' } })).toBe(3);
    expect(await weight({ roles: ['patron'], platform: 'slack' })).toBe(1);
  });
});

describe('the gates', () => {
  const refusing = {
    judgePrompt: () => ({
      stage: 'prompt' as const,
      decision: 'refuse' as const,
      rule: 'sexual-minors',
      detector: 'rules-1',
      reason: 'Rule: no minors.',
    }),
  };

  it('refuse a prompt with the reason of the rule, write the verdict, and acknowledge nothing', async () => {
    const { submit, refused, rows } = intake({ safety: refusing });
    const acknowledge = vi.fn(async () => address);
    const order = anOrder();
    await expect(submit(order, acknowledge)).rejects.toMatchObject({
      code: 'prompt_refused',
      message: 'Rule: no minors.',
    });
    expect(refused).toMatchObject([{ rule: 'sexual-minors' }]);
    expect(acknowledge).not.toHaveBeenCalled();
    expect(rows.size).toBe(0);
    expect(await submit(order, acknowledge)).toBeUndefined(); // redelivered: not refused aloud twice
    expect(refused).toHaveLength(1);
  });

  it('hold a person to their share although a hundred orders arrive at once', async () => {
    const { submit, rows } = intake({ limits: { jobsPerPerson: 3 } });
    const orders = Array.from({ length: 100 }, () => submit(anOrder(), async () => address));
    const results = await Promise.allSettled(orders);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(rows.size).toBe(3);
    const [refused] = results.filter((result) => result.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'too_many', message: expect.stringContaining('3 jobs') });
    await submit(anOrder({ sender: aSender('bob') }), async () => address); // others are not affected
  });

  it('refuse to make something from what is gone, from what is not there, and from what is private to another', async () => {
    const { submit, queued, records } = intake();
    const gone = crypto.randomUUID();
    const order = (more: object) => submit(anOrder({ ...more }), async () => address);
    await expect(order({ parentId: gone })).rejects.toMatchObject({ code: 'not_found' });
    await expect(order({ request: anUpscale(gone) })).rejects.toMatchObject({ code: 'not_found' });
    const empty = await queued();
    await expect(order({ request: anUpscale(empty) })).rejects.toMatchObject({ code: 'not_found' });
    const secret = await queued(anOrder({ sender: aSender('bob'), request: aRequest({ private: true }) }));
    await expect(order({ parentId: secret })).rejects.toMatchObject({ code: 'not_yours' });
    const elsewhere = await queued(anOrder({ sender: { ...aSender('bob'), space: { id: 'guild-b' } } }));
    await expect(order({ parentId: elsewhere })).rejects.toMatchObject({ code: 'not_yours' });
    const direct = await queued(anOrder({ sender: aSender('bob', 'discord') })); // in a direct message, as the next
    const asked = order({ parentId: direct, sender: aSender('ada', 'discord') });
    await expect(asked).rejects.toMatchObject({ code: 'not_yours' });
    expect((await records.find(secret))?.status).toBe('queued');
  });

  describe('hand the planner', () => {
    /** A finished generation of one picture, and what planning the next request is told of a reference. */
    async function scene(over: Partial<Order> = {}) {
      const plan = vi.fn(aPlan as IntakeDeps['plan']);
      const { submit, queued, records, take } = intake({ plan });
      const id = await queued(anOrder(over));
      const claim = await take();
      const image = {
        index: 0,
        seed: 5,
        sha256: 's',
        pixelSha256: 'p',
        width: 8,
        height: 8,
        bytes: 9,
        mime: 'image/png',
      };
      await records.complete(claim, {
        ...made(),
        images: [{ ...image, key: 'key', altText: 'AI', hidden: false, verdict: {} as never, watermark: {} as never }],
      });
      await records.keepHandedIn(aSender(), upload, allow('upload'));
      const ask = (request: Request) => submit(anOrder({ request }), async () => address);
      return { id, ask, told: (ref: PictureRef) => plan.mock.calls[0]![1](ref) };
    }
    const upload = { key: 'up', sha256: 'c'.repeat(64), width: 30, height: 20 };

    it('the picture that an upscale enlarges', async () => {
      const { id, ask, told } = await scene();
      await ask(anUpscale(id));
      expect(told({ generationId: id, index: 0 })).toMatchObject({ key: 'key', seed: 5 });
    });

    it('how a picture of ours was made', async () => {
      const { id, ask, told } = await scene({ request: aRequest({ prompt: 'a green hat' }) });
      await ask(anUpscale(id));
      expect(told({ generationId: id, index: 0 }).made).toMatchObject({ recipe: { prompt: 'a green hat' }, index: 0 });
    });

    it('the picture and the mask to begin with, ours or handed in', async () => {
      const { id, ask, told } = await scene();
      await ask(aRequest({ init: { picture: { generationId: id, index: 0 }, mask: upload } }));
      expect(told({ generationId: id, index: 0 })).toMatchObject({ key: 'key', width: 8 });
      expect(told(upload)).toEqual(upload);
    });

    it('the pictures that steer', async () => {
      const { ask, told } = await scene();
      await ask(aRequest({ controls: [{ picture: upload, hint: 'canny' }] }));
      expect(told(upload)).toEqual(upload);
    });

    it('nothing of somebody else’s private picture', async () => {
      const { id, ask } = await scene({ sender: aSender('bob'), request: aRequest({ private: true }) });
      const init = { picture: upload, mask: { generationId: id, index: 0 } };
      await expect(ask(aRequest({ init }))).rejects.toMatchObject({ code: 'not_yours' });
    });

    it('nothing of a picture that was never made', async () => {
      const { id, ask } = await scene();
      const init = { picture: { generationId: id, index: 3 } };
      await expect(ask(aRequest({ init }))).rejects.toMatchObject({ code: 'not_found' });
    });
  });
});

describe('what a prompt comes to say', () => {
  const judged = { ...allowing, judgePrompt: createPromptJudge() };
  it.each([
    ['a list drew it', { prompt: 'a naked man', negativePrompt: '' }],
    ['the negative prompt takes clothes away', { prompt: 'a woman', negativePrompt: 'clothes' }],
  ])('is judged before anything is queued: %s', async (_, reading) => {
    const plan = (request: Request) => ({
      ...aPlan(request),
      readings: [{ prompt: 'a cat', negativePrompt: '' }, reading],
    });
    const { submit, rows, refused, broker } = intake({ safety: judged, plan });
    const acknowledge = vi.fn(async () => address);
    await expect(submit(anOrder({ request: aRequest({ prompt: 'a __word__' }) }), acknowledge)).rejects.toMatchObject({
      code: 'prompt_refused',
    });
    expect(acknowledge).not.toHaveBeenCalled();
    expect([rows.size, refused.length, broker.queued.length]).toEqual([0, 1, 0]);
  });
});
