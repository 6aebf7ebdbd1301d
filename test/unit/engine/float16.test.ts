import { expect, it } from 'vitest';
import { fromHalf, toHalf } from '../../../src/engine/float16.ts';

it('every finite half survives the way to a float and back', () => {
  const finite = [...Array(0x10000).keys()].filter((bits) => (bits & 0x7c00) !== 0x7c00);
  expect(finite.filter((bits) => toHalf(fromHalf(bits)) !== bits)).toEqual([]);
});

it('rounds to the nearest half, ties to even', () => {
  expect(fromHalf(toHalf(2049))).toBe(2048);
  expect(fromHalf(toHalf(2051))).toBe(2052);
  expect(fromHalf(toHalf(1 / 3))).toBeCloseTo(1 / 3, 3);
  expect(fromHalf(toHalf(2 ** -25))).toBe(0);
});

it('has infinities and no number', () => {
  expect(fromHalf(toHalf(70_000))).toBe(Number.POSITIVE_INFINITY);
  expect(fromHalf(toHalf(65_520))).toBe(Number.POSITIVE_INFINITY);
  expect(fromHalf(toHalf(Number.NEGATIVE_INFINITY))).toBe(Number.NEGATIVE_INFINITY);
  expect(fromHalf(toHalf(Number.NaN))).toBeNaN();
});
