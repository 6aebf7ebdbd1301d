import { describe, expect, it } from 'vitest';
import { edited, layersOf, mixed, repeated, truncated } from '../../../../src/engine/gan/w-plus.ts';

const WIDTH = 3;
const mean = Float32Array.of(1, -2, 0.5);
const a = Float32Array.from({ length: 4 * WIDTH }, (_, i) => Math.sin(i));
const b = Float32Array.from({ length: 4 * WIDTH }, (_, i) => Math.cos(i));

describe('truncation', () => {
  it('of 0 gives the mean whatever the face', () => {
    expect(truncated(0, mean, a)).toEqual(repeated(mean, 4));
    expect(truncated(0, mean, b)).toEqual(repeated(mean, 4));
  });

  it('of 1 changes nothing, and half of it goes half the way', () => {
    expect(truncated(1, mean, a)).toEqual(a);
    truncated(0.5, mean, a).forEach((v, i) => void expect(v).toBeCloseTo((a[i]! + mean[i % WIDTH]!) / 2, 6));
  });
});

describe('mixing', () => {
  it('with itself changes nothing', () => {
    expect(mixed(a, a, [1, 2], WIDTH)).toEqual(a);
  });

  it('takes the named rows from the other face and no others', () => {
    const rows = mixed(a, b, [1, 2], WIDTH);
    expect(rows.subarray(0, 3)).toEqual(a.subarray(0, 3));
    expect(rows.subarray(3, 9)).toEqual(b.subarray(3, 9));
    expect(rows.subarray(9)).toEqual(a.subarray(9));
    expect(mixed(a, b, [0, 3], WIDTH)).toEqual(b);
  });
});

describe('editing', () => {
  it('by 0 changes nothing', () => {
    expect(edited(a, mean, 0)).toEqual(a);
  });

  it('moves every row alike, and back again', () => {
    const there = edited(a, mean, 2);
    there.forEach((v, i) => void expect(v - a[i]!).toBeCloseTo(2 * mean[i % WIDTH]!, 5));
    edited(there, mean, -2).forEach((v, i) => void expect(v).toBeCloseTo(a[i]!, 5));
  });
});

describe('layers', () => {
  it('are known by what they decide: coarse, middle and fine share all of them out', () => {
    expect((['coarse', 'middle', 'fine'] as const).map((group) => layersOf(group, 12))).toEqual([
      [0, 3],
      [4, 7],
      [8, 11],
    ]);
    expect(layersOf('fine', 18)).toEqual([8, 17]);
  });

  it.each([
    [[0, 12], 12],
    [[5, 4], 12],
    ['fine', 8],
  ] as const)('%j of %i are refused with those there are', (asked, count) => {
    expect(() => layersOf(asked, count)).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining(`0 to ${count - 1}`) }),
    );
  });
});
