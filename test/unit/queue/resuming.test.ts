import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import type { Generate } from '../../../src/core/picture.ts';
import type { Claim } from '../../../src/core/records.ts';
import { createBlame } from '../../../src/queue/blame.ts';
import { createKeeper } from '../../../src/queue/checkpoints.ts';
import { createWorker, WORKER_OPTIONS } from '../../../src/queue/worker.ts';
import {
  allowing,
  anOrder,
  made,
  memoryObjects,
  memoryRecords,
  recordingBroker,
  silent,
  untilAborted,
} from './memory.ts';

const state = (n: number) => new Uint8Array([n]);
const call = (id: string) => ({ v: 1, generationId: id });

function workshop(generate: Generate) {
  const memory = memoryRecords();
  const broker = recordingBroker();
  const deps = { records: memory.records, objects: memoryObjects(), safety: allowing, generate, broker, log: silent };
  const options = { ...WORKER_OPTIONS, progressMs: 0, previewMs: 0, extendMs: 20, checkpointMs: 0 };
  const retry = { firstMs: 1, maxMs: 1 };
  const worker = createWorker(deps, { ...options, retry });
  /** As often as it is called again. */
  const handle = async (id: string) => {
    for (let again = await worker.handle(call(id)); again; again = await worker.handle(call(id)))
      await sleep(again.againInMs + 1);
  };
  return { ...memory, worker, handle };
}

describe('a job whose engine goes down', () => {
  it('goes on from the newest state it had told of, not from the last that was written down', async () => {
    const resumed: (Uint8Array | undefined)[] = [];
    const { queued, rows, handle } = workshop(async (_, { resume, onCheckpoint }) => {
      resumed.push(resume);
      if (resume) return made();
      for (let n = 1; n <= 5; n++) onCheckpoint!(state(n)); // faster than anybody writes
      throw new AppError('engine_lost', 'gone');
    });
    const id = await queued();
    await handle(id);
    expect(resumed).toEqual([undefined, state(5)]);
    expect(rows.get(id)).toMatchObject({ status: 'done', state: undefined });
  });

  it('goes on where it was after a shut-down', async () => {
    const resumed: (Uint8Array | undefined)[] = [];
    const { queued, worker, rows } = workshop(async (_, { resume, onCheckpoint, signal }) => {
      resumed.push(resume);
      onCheckpoint!(state(3));
      return resume ? made() : untilAborted(signal);
    });
    const id = await queued();
    const leaving = worker.handle(call(id));
    await sleep(30);
    worker.handBack();
    await leaving;
    expect(rows.get(id)).toMatchObject({ status: 'queued', state: state(3), attempt: 0 });
  });

  it('is told whose it is and where it was asked, so that the engine can share itself out', async () => {
    const told = vi.fn();
    const { queued, handle } = workshop(async (_, { person, space, light }) => {
      told({ person, space, light });
      return made();
    });
    const sender = { ...anOrder().sender, space: { id: 'guild' } };
    const [here, direct] = [await queued(anOrder({ sender })), await queued()];
    await handle(here);
    await handle(direct);
    expect(told.mock.calls.flat()).toEqual([
      { person: 'p-web-ada', space: 'web:guild', light: false },
      { person: 'p-web-ada', space: 'p-web-ada', light: false },
    ]);
  });

  it('is not held guilty when the engine says that another job was in the call, however often', async () => {
    let deaths = 0;
    const { queued, rows, handle } = workshop(async () => {
      if (++deaths <= 5) throw new AppError('engine_lost', 'gone', { detail: { blamed: false } });
      return made();
    });
    const id = await queued();
    await handle(id);
    expect(rows.get(id)).toMatchObject({ status: 'done', blamed: 0, attempt: 1 });
  });
});

describe('suspicion', () => {
  const aClaim = (blame: number) => ({ generation: {}, fence: 1, blame }) as unknown as Claim;
  const never = new AbortController().signal;

  it('falls on all that went down together the first time, and then on none but those', async () => {
    const blame = createBlame(20);
    const first = await Promise.all([0, 0, 0].map((n) => blame.isSuspect(aClaim(n), {})));
    const second = await Promise.all([0, 1, 0].map((n) => blame.isSuspect(aClaim(n), {})));
    expect(first).toEqual([true, true, true]);
    expect(second).toEqual([false, true, false]);
  });

  it('keeps suspects apart from each other, not from the rest', async () => {
    const blame = createBlame();
    let [suspects, most, others] = [0, 0, 0];
    const suspect = () =>
      blame.apart(aClaim(1), never, async () => {
        most = Math.max(most, ++suspects);
        await sleep(10);
        suspects--;
      });
    const other = () =>
      blame.apart(aClaim(0), never, async () => {
        others++;
      });
    const all = [suspect(), suspect(), suspect(), other()];
    await all[3];
    expect([others, suspects]).toEqual([1, 1]);
    await Promise.all(all);
    expect(most).toBe(1);
  });

  it('does not keep a suspect that is cancelled from ending', async () => {
    const blame = createBlame();
    const abort = new AbortController();
    const running = blame.apart(aClaim(1), never, () => sleep(60));
    const work = vi.fn(async () => {});
    const waiting = blame.apart(aClaim(1), abort.signal, work);
    abort.abort(new AppError('cancelled', 'Cancelled.'));
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await running;
    expect(work).not.toHaveBeenCalled();
  });
});

describe('checkpoints', () => {
  it('are written down seldom, the newest last, and a database that does not take one costs nothing else', async () => {
    const kept: number[] = [];
    const keep = vi.fn(async (_: Claim, [n]: Uint8Array) => {
      if (n === 1) throw new Error('down');
      kept.push(n!);
    });
    const keeper = createKeeper({ records: { keep }, log: silent }, {} as Claim, 30);
    const began = Date.now();
    for (let n = 1; n <= 60; n++) {
      keeper.offer(state(n));
      await sleep(2);
    }
    await keeper.flush();
    expect(kept.length).toBeLessThanOrEqual((Date.now() - began) / 30 + 1); // and the flush
    expect(kept).toEqual([...kept].sort((a, b) => a - b));
    expect(kept.at(-1)).toBe(60);
  });
});
