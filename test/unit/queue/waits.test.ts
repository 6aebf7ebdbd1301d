import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { ONE_LANE } from '../../../src/queue/eta.ts';
import type { Loop } from '../../../src/queue/loop.ts';
import type { Couriers } from '../../../src/queue/studio.ts';
import { createTurnstile } from '../../../src/queue/turnstile.ts';
import { difference, startWaits, WAITS_OPTIONS } from '../../../src/queue/waits.ts';
import { memoryRecords, present, recordingCourier, silent } from './memory.ts';

const running: Loop[] = [];
afterEach(() => Promise.all(running.splice(0).map((loop) => loop.stop())));

function waitingRoom(couriers: Couriers, { perRound = 100, memory = memoryRecords() } = {}) {
  const deps = {
    ...{ records: memory.records, couriers, present, turnstile: createTurnstile(), log: silent, lanes: () => ONE_LANE },
    deliveries: { handles: () => false },
  };
  const options = { everyMs: 10, messageEveryMs: { discord: 40, slack: 40, web: 40 }, settleMs: 30 };
  const start = () =>
    running.push(startWaits(deps, { ...WAITS_OPTIONS, ...options, perRound: { discord: 0, slack: 0, web: perRound } }));
  return { ...memory, start };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a waiting message', () => {
  it('counts down as those before it start, and is left alone while nothing changes', async () => {
    const { seen, couriers } = recordingCourier();
    const { queued, rows, take, start } = waitingRoom(couriers);
    const ids = [await queued(), await queued(), await queued()];
    ids.forEach((id, ahead) => {
      rows.get(id)!.shown = { ahead };
    });
    start();
    await pause(80);
    expect(seen).toEqual([]);
    await take();
    await vi.waitFor(() =>
      expect(seen.map(({ what }) => what).sort()).toEqual(['waiting 0 before it', 'waiting 1 before it']),
    );
    await pause(100);
    expect(seen).toHaveLength(2);
    expect(rows.get(ids[2]!)!.shown).toEqual({ ahead: 1 });
  });

  it('is edited no oftener than its platform allows, and no more at once than it takes', async () => {
    const { seen, couriers } = recordingCourier();
    const { queued, start } = waitingRoom(couriers, { perRound: 2 });
    for (let i = 0; i < 6; i++) await queued(); // nobody remembers what their messages say
    start();
    await vi.waitFor(() => expect(seen).toHaveLength(6));
    const gaps = seen.slice(2).map(({ at }, i) => at - seen[i]!.at);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(8); // two a round of ten milliseconds
    expect(new Set(seen.map(({ reply }) => reply!.generationId)).size).toBe(6);
  });

  it('that cannot be read holds up nobody else’s', async () => {
    const { seen, couriers } = recordingCourier();
    const { queued, records, start } = waitingRoom(couriers, { perRound: 1 });
    const [unreadable, other] = [await queued(), await queued()];
    const { find } = records;
    records.find = async (id) => {
      if (id === unreadable) throw new AppError('internal', 'A record cannot be read by this version.');
      return find(id);
    };
    start();
    await vi.waitFor(() => expect(seen.map(({ reply }) => reply!.generationId)).toEqual([other]));
  });

  it('that lands on an outcome is followed by that outcome', async () => {
    const { seen, courier } = recordingCourier();
    const memory = memoryRecords();
    const shown = courier.progress;
    courier.progress = async (...args) => {
      await memory.records.cancel(id);
      await shown(...args);
    };
    const { queued, start } = waitingRoom({ web: courier }, { memory });
    const id = await queued();
    start();
    await vi.waitFor(() => expect(seen.map(({ what }) => what)).toEqual(['waiting 0 before it', 'deliver cancelled']));
  });

  it('of a platform this process does not speak is somebody else’s', async () => {
    const { courier } = recordingCourier();
    const { queued, records, start } = waitingRoom({ slack: { ...courier, platform: 'slack' } as never });
    records.takeWaitingTurn = vi.fn();
    await queued();
    start();
    await pause(50);
    expect(records.takeWaitingTurn).not.toHaveBeenCalled();
  });
});

it('a difference is felt in ratios: second to first is one, fiftieth to forty-ninth is none', () => {
  const noticed = (a: number, b: number) =>
    difference({ ahead: a, etaSeconds: a * 10 }, { ahead: b, etaSeconds: b * 10 }) >= 0.3;
  expect(noticed(1, 0)).toBe(true);
  expect(noticed(50, 49)).toBe(false);
  expect(noticed(50, 40)).toBe(true);
  expect(difference(undefined, { ahead: 3 })).toBe(Number.POSITIVE_INFINITY);
  expect(difference({ ahead: 3 }, { ahead: 3, etaSeconds: 9 })).toBe(Number.POSITIVE_INFINITY);
});
