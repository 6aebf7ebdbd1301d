import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../src/core/mulberry32.ts';
import type { Lanes, Line } from '../../../src/core/records.ts';
import { PLAYED, standings } from '../../../src/queue/eta.ts';

const job = { kind: 'imagine', model: 'tiny', cost: 1, estimateMs: 1000, light: false };
/** Each with an engine to itself. */
const lanes = (any: number): Lanes => ({ engines: any, any, light: 0 });
const pace = (rate: number) => ({ kind: 'imagine', model: 'tiny', rate });
const steady = Array.from({ length: 20 }, () => pace(4000));

const aLine = (waiting: number, more: Partial<Line> = {}): Line => ({
  waiting: Array.from({ length: waiting }, (_, i) => ({
    ...{ ...job, id: `w${i}`, personId: 'p', platform: 'web' as const, weight: 1, served: 0 },
    ...{ start: i * 1000, ahead: i, aheadMs: i * 1000, inMs: 0 },
  })),
  running: [],
  paces: steady,
  newcomers: { perMs: 0, meanMs: 0 },
  ...more,
});

describe('a place and a time', () => {
  it('are not both given without enough history of that model', () => {
    expect(standings(aLine(2, { paces: steady.slice(0, 2) }), lanes(1)).get('w1')).toEqual({ ahead: 1 });
    expect(
      standings(aLine(2, { paces: [{ ...pace(1), model: 'other' }, ...steady.slice(0, 2)] }), lanes(1)).get('w1'),
    ).toEqual({
      ahead: 1,
    });
  });

  it('are what steady jobs take one after another, or side by side', () => {
    const etas = (any: number) => [...standings(aLine(4), lanes(any)).values()].map(({ etaSeconds }) => etaSeconds);
    expect(etas(1)).toEqual([4, 8, 12, 16]);
    expect(etas(2)).toEqual([4, 4, 8, 8]);
  });

  it('count what runs for what is left of it', () => {
    const running = [{ ...job, id: 'r', forMs: 3000 }];
    const all = standings(aLine(1, { running }), lanes(1));
    expect(all.get('r')).toEqual({ ahead: 0, etaSeconds: 1, etaHighSeconds: 1 });
    expect(all.get('w0')).toEqual({ ahead: 0, etaSeconds: 5, etaHighSeconds: 5 });
  });

  it('do not promise the end of what is overdue, nor of what waits behind it', () => {
    const running = [{ ...job, id: 'r', forMs: 40_000 }];
    const all = standings(aLine(1, { running }), lanes(1));
    expect(all.get('r')!.etaHighSeconds).toBeGreaterThan(10);
    expect(all.get('w0')!.etaHighSeconds).toBeGreaterThan(all.get('r')!.etaHighSeconds!);
  });

  it('spread as far as recent jobs did, and a longer line relatively less', () => {
    const random = mulberry32(4);
    const paces = Array.from({ length: 50 }, () => pace(4000 * (0.5 + random())));
    const all = standings(aLine(40, { paces }), lanes(1));
    const spread = (id: string) => all.get(id)!.etaHighSeconds! / all.get(id)!.etaSeconds!;
    expect(spread('w0')).toBeGreaterThan(1.25);
    expect(spread('w39')).toBeGreaterThan(1);
    expect(spread('w39')).toBeLessThan(spread('w0'));
  });

  it('are wide while little is known', () => {
    const { etaSeconds, etaHighSeconds } = standings(aLine(1, { paces: steady.slice(0, 3) }), lanes(1)).get('w0')!;
    expect(etaHighSeconds! / etaSeconds!).toBeGreaterThanOrEqual(1.5);
  });

  it('are not known behind something never seen before', () => {
    const line = aLine(3);
    line.waiting[1]!.model = 'new';
    const all = standings(line, lanes(1));
    expect(['w0', 'w1', 'w2'].map((id) => all.get(id)!.etaSeconds)).toEqual([4, undefined, undefined]);
  });

  it('reckon with newcomers, who go before a hog’s later jobs but not before who is next', () => {
    const newcomers = { perMs: 1 / 8000, meanMs: 4000 }; // half of what one lane can do
    const [calm, busy] = [standings(aLine(10), lanes(1)), standings(aLine(10, { newcomers }), lanes(1))];
    expect(busy.get('w0')).toEqual(calm.get('w0'));
    expect(busy.get('w9')!.etaSeconds! / calm.get('w9')!.etaSeconds!).toBeGreaterThan(1.5);
    expect(busy.get('w9')!.etaSeconds! / calm.get('w9')!.etaSeconds!).toBeLessThan(2.5);
  });

  it('of somebody far behind are in proportion', () => {
    const line = aLine(PLAYED);
    line.waiting.push({ ...line.waiting[0]!, id: 'far', ahead: 9999, aheadMs: 9_999_000 });
    const { ahead, etaSeconds } = standings(line, lanes(1)).get('far')!;
    expect(ahead).toBe(9999);
    expect(etaSeconds! / 40_000).toBeCloseTo(1, 1);
  });

  it('are found however many newcomers there are, and however much longer than expected all of it takes', () => {
    const paces = Array.from({ length: 40 }, (_, i) => pace(i % 4 ? 1000 : 30_000)); // one in four takes thirty times as long
    const newcomers = { perMs: 1, meanMs: 10_000 };
    const all = standings(aLine(5, { paces, newcomers }), { engines: 1, any: 4, light: 2 });
    expect(all.get('w4')!.etaHighSeconds).toBeGreaterThan(all.get('w0')!.etaSeconds!);
  });

  it('share an engine: four jobs on one end together, as late as one after another', () => {
    const shared = standings(aLine(4), { engines: 1, any: 4, light: 0 });
    expect([...shared.values()].map(({ etaSeconds }) => etaSeconds)).toEqual([16, 16, 16, 16]);
  });

  it('of a light job are those of its own lane, of which others count only what they take of the engine', () => {
    const line = aLine(10);
    line.waiting[9] = { ...line.waiting[9]!, light: true, cost: 0.1 };
    const running = [{ ...job, id: 'r', forMs: 0 }];
    const { ahead, etaSeconds } = standings({ ...line, running }, { engines: 1, any: 1, light: 1 }).get('w9')!;
    expect(ahead).toBe(0);
    expect(etaSeconds).toBe(0.8); // 0.4 s of work on half an engine
    expect(standings({ ...line, running }, lanes(1)).get('w9')!.etaSeconds).toBeGreaterThan(36);
  });
});
