import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import type { GenerationView } from '../../../src/core/records.ts';
import type { Reply } from '../../../src/core/reply.ts';
import {
  DELIVERIES_OPTIONS,
  type Deliveries,
  type DeliveriesOptions,
  startDeliveries,
} from '../../../src/queue/deliveries.ts';
import { createEdits, type Edits } from '../../../src/queue/edits.ts';
import type { Couriers } from '../../../src/queue/studio.ts';
import { createTurnstile } from '../../../src/queue/turnstile.ts';
import { aReply, memoryRecords, present as plainly, recordingCourier, silent } from './memory.ts';

const running: (Deliveries | Edits)[] = [];
afterEach(() => Promise.all(running.splice(0).map((part) => part.stop())));

const fast: DeliveriesOptions = { ...DELIVERIES_OPTIONS, pollMs: 10, retry: { firstMs: 10, maxMs: 20 } };

interface Setting {
  memory: ReturnType<typeof memoryRecords>;
  options: DeliveriesOptions;
  everyMs: number;
  present: typeof plainly;
}

const withPicture = (generation: GenerationView): Reply => {
  const picture = { key: 'k', name: 'a.png', mime: 'image/png', bytes: 1, width: 1, height: 1, altText: 'a', seed: 1 };
  return { ...aReply(generation), images: [picture] };
};

function outbox(
  couriers: Couriers,
  { memory = memoryRecords(), options = fast, everyMs = 60, present = plainly }: Partial<Setting> = {},
) {
  const shared = { records: memory.records, couriers, present, turnstile: createTurnstile(), log: silent };
  const deliveries = startDeliveries(shared, options);
  const edits = createEdits(
    { ...shared, deliveries },
    { everyMs: { discord: everyMs, slack: everyMs, web: everyMs }, settleMs: 30 },
  );
  running.push(edits, deliveries);
  const state = (id: string) => memory.rows.get(id)!.delivery?.state;
  const end = async (id: string) => {
    const claim = await memory.take();
    expect(claim.generation.id).toBe(id);
    await memory.records.fail(claim, { code: 'model_missing', message: 'none' });
  };
  return { ...memory, deliveries, edits, state, end };
}

describe('an outcome', () => {
  it('is shown once', async () => {
    const { seen, couriers } = recordingCourier();
    const { queued, end, state } = outbox(couriers);
    const id = await queued();
    await end(id);
    await vi.waitFor(() => expect(state(id)).toBe('sent'));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(seen.map(({ what }) => what)).toEqual(['deliver failed']);
  });

  it('is tried until the platform takes it', async () => {
    const { seen, couriers } = recordingCourier((attempt) => {
      if (attempt < 4) throw new AppError('platform_unavailable', 'no answer');
    });
    const { queued, end, state } = outbox(couriers);
    const id = await queued();
    await end(id);
    await vi.waitFor(() => expect(state(id)).toBe('sent'));
    expect(seen).toHaveLength(1);
  });

  it('is not sent a second time while the first is still on its way, however long that takes', async () => {
    const attempts = vi.fn();
    const { couriers } = recordingCourier(async (attempt) => {
      attempts(attempt);
      await new Promise((resolve) => setTimeout(resolve, 900));
    });
    const options = { ...fast, leaseMs: 300 };
    const memory = memoryRecords();
    const { queued, end, state } = outbox(couriers, { memory, options });
    outbox(couriers, { memory, options }); // another process
    const id = await queued();
    await end(id);
    await vi.waitFor(() => expect(state(id)).toBe('sent'), 5_000);
    expect(attempts).toHaveBeenCalledTimes(1);
  });

  it('waits as long as the platform asks', async () => {
    const started = Date.now();
    const { seen, couriers } = recordingCourier((attempt) => {
      if (attempt === 1) throw new AppError('platform_unavailable', 'slow down', { detail: { retryAfterMs: 300 } });
    });
    const { queued, end, state } = outbox(couriers);
    const id = await queued();
    await end(id);
    await vi.waitFor(() => expect(state(id)).toBe('sent'));
    expect(seen[0]!.at - started).toBeGreaterThanOrEqual(300);
  });

  it('is given up when the platform will never take it, or has not for long enough', async () => {
    const attempts = vi.fn();
    const { couriers } = recordingCourier((attempt) => {
      attempts(attempt);
      throw new AppError(attempts.mock.calls.length === 1 ? 'platform_refused' : 'platform_unavailable', 'no');
    });
    const { queued, end, state } = outbox(couriers, { options: { ...fast, maxAttempts: 3 } });
    const [refused, silenced] = [await queued(), await queued()];
    await end(refused);
    await vi.waitFor(() => expect(state(refused)).toBe('given_up'));
    await end(silenced);
    await vi.waitFor(() => expect(state(silenced)).toBe('given_up'));
    expect(attempts.mock.calls.flat()).toEqual([1, 1, 2, 3]);
  });

  it('whose pictures can never be shown says so in their place', async () => {
    const { seen, courier } = recordingCourier();
    const { deliver } = courier;
    courier.deliver = async (address, reply, attempt) => {
      if (reply.images.length > 0) throw new AppError('platform_refused', 'No pictures are taken here.');
      return deliver(address, reply, attempt);
    };
    const { queued, records, take, state } = outbox(
      { web: courier },
      { present: { ...plainly, outcome: withPicture } },
    );
    const id = await queued();
    await records.complete(await take(), { images: [], fingerprint: 'test', timings: { totalMs: 1, runMs: 1 } });
    await vi.waitFor(() => expect(state(id)).toBe('sent'));
    expect(seen.map(({ reply }) => reply)).toEqual([
      expect.objectContaining({ state: 'failed', headline: 'No pictures are taken here.', images: [] }),
    ]);
  });

  it('of one person does not wait for the slow upload of another', async () => {
    let release = () => {};
    const stuck = new Promise<void>((resolve) => {
      release = resolve;
    });
    let calls = 0;
    const { seen, couriers } = recordingCourier(() => (calls++ === 0 ? stuck : undefined));
    const { queued, end } = outbox(couriers);
    await end(await queued());
    await end(await queued());
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    release();
    await vi.waitFor(() => expect(seen).toHaveLength(2));
  });
});

describe('progress on the message', () => {
  it('shows the latest word, no oftener than the platform allows', async () => {
    const { seen, couriers } = recordingCourier();
    const { queued, take, edits } = outbox(couriers);
    const generationId = await queued();
    await take();
    for (let step = 1; step <= 30; step++) {
      edits.onProgress({ generationId, step, total: 30 });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await vi.waitFor(() => expect(seen.at(-1)?.what).toBe('progress 30'));
    expect(seen.length).toBeLessThanOrEqual(8);
    const gaps = seen.slice(1).map(({ at }, i) => at - seen[i]!.at);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(58); // 60 less the clock's grain
  });

  it('never comes after the outcome', async () => {
    const { seen, couriers } = recordingCourier();
    const { queued, records, take, edits, deliveries, state } = outbox(couriers);
    const generationId = await queued();
    const claim = await take();
    edits.onProgress({ generationId, step: 1, total: 3 });
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    edits.onProgress({ generationId, step: 2, total: 3 });
    await records.fail(claim, { code: 'internal', message: 'x' });
    deliveries.wake();
    edits.onProgress({ generationId, step: 3, total: 3 });
    await vi.waitFor(() => expect(state(generationId)).toBe('sent'));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(seen.at(-1)!.what).toBe('deliver failed');
    expect(seen.filter(({ what }) => what.startsWith('deliver'))).toHaveLength(1);
  });

  it('that lands on an outcome another process has just shown is followed by that outcome', async () => {
    const { seen, courier } = recordingCourier();
    const memory = memoryRecords();
    const shown = courier.progress;
    courier.progress = async (...args) => {
      const claim = { generation: (await memory.records.find(generationId))!, fence: 1, blame: 0 };
      await memory.records.fail(claim, { code: 'internal', message: 'x' });
      memory.rows.get(generationId)!.delivery!.state = 'sent'; // by the other process
      await shown(...args);
    };
    const { queued, take, edits } = outbox({ web: courier }, { memory });
    const generationId = await queued();
    await take();
    edits.onProgress({ generationId, step: 1, total: 3 });
    await vi.waitFor(() => expect(seen.map(({ what }) => what)).toEqual(['progress 1', 'deliver failed']));
  });

  it('is left alone for platforms this process does not speak', async () => {
    const { queued, records, take, edits } = outbox({});
    const generationId = await queued();
    await take();
    records.takeProgressTurn = vi.fn();
    edits.onProgress({ generationId, step: 1, total: 3 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(records.takeProgressTurn).not.toHaveBeenCalled();
  });
});
