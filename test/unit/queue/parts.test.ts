import { describe, expect, it } from 'vitest';
import { altTextOf } from '../../../src/core/alt-text.ts';
import { backoffMs } from '../../../src/queue/backoff.ts';
import { createLoop } from '../../../src/queue/loop.ts';
import { createTurnstile } from '../../../src/queue/turnstile.ts';
import { silent } from './memory.ts';

describe('back-off', () => {
  const times = { firstMs: 100, maxMs: 5000 };
  it('doubles up to its limit', () => {
    expect([1, 2, 3, 4, 20].map((attempt) => backoffMs(attempt, times, () => 0.5))).toEqual([100, 200, 400, 800, 5000]);
  });
  it('spreads a crowd by a quarter either way', () => {
    expect([0, 1].map((r) => backoffMs(1, times, () => r))).toEqual([75, 125]);
  });
});

describe('a turnstile', () => {
  it('keeps order within a key and lets other keys pass, errors or not', async () => {
    const { pass } = createTurnstile();
    const done: string[] = [];
    const step =
      (name: string, ms: number, fails = false) =>
      async () => {
        await new Promise((resolve) => setTimeout(resolve, ms));
        done.push(name);
        if (fails) throw new Error(name);
      };
    const first = pass('a', step('a1', 30, true)).catch(() => {});
    await Promise.all([first, pass('a', step('a2', 0)), pass('b', step('b1', 0))]);
    expect(done).toEqual(['b1', 'a1', 'a2']);
  });
});

describe('a loop', () => {
  it('goes on after an error, does not spin on one, and ends when told', async () => {
    let rounds = 0;
    const loop = createLoop({ log: silent, everyMs: 20, name: 'test' }, async () => {
      rounds++;
      loop.wake();
      if (rounds < 3) throw new Error('down');
      if (rounds === 5) void loop.stop();
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(rounds).toBeLessThanOrEqual(2);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(rounds).toBe(5);
  });
});

it('alt text never ends in half a character', () => {
  expect(altTextOf('🍎'.repeat(600))).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
  expect(altTextOf(`a${'🍎'.repeat(600)}`)).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
});
