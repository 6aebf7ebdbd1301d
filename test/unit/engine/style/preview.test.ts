import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLooks } from '../../../../src/engine/style/preview.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const painted = (width: number, height: number) => () => ({
  ...{ width, height },
  data: new Float32Array(width * height * 3).fill(0.2),
});

it('shows what is painted, small, and not more often than somebody could look', () => {
  const look = createLooks([-1, 1]);
  expect(look(painted(600, 300))).toBeUndefined();
  vi.advanceTimersByTime(701);
  const shown = look(painted(600, 300))!;
  expect([shown.width, shown.height]).toEqual([256, 128]);
  expect(new Set(shown.data)).toEqual(new Set([153]));
  expect(look(painted(600, 300))).toBeUndefined();
  vi.advanceTimersByTime(701);
  expect(look(painted(30, 20))).toMatchObject({ width: 30, height: 20 });
});
