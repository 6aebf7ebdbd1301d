import { expect, it } from 'vitest';
import { coverage, maskPlane, regionsOf } from '../../../../src/engine/style/region.ts';

const left = Float32Array.of(1, 1, 0, 0);
const right = Float32Array.of(0, 0, 1, 1);

it('styles without masks share one region', () => {
  expect(regionsOf([{ weight: 1 }, { weight: 3 }], 4)).toEqual([{ shares: [0.25, 0.75] }]);
  const white = Float32Array.of(1, 1, 1, 1);
  expect(regionsOf([{ weight: 1, mask: white }, { weight: 3 }], 4)).toEqual([{ shares: [0.25, 0.75] }]);
  expect(coverage([{ shares: [1] }], 4)).toBeUndefined();
});

it('styles with masks apart have a region each, and what lies outside of all belongs to none', () => {
  const middle = Float32Array.of(0, 1, 0, 0);
  expect(
    regionsOf(
      [
        { weight: 0.2, mask: middle },
        { weight: 0.8, mask: right },
      ],
      4,
    ),
  ).toEqual([
    { mask: middle, shares: [1, 0] },
    { mask: right, shares: [0, 1] },
  ]);
  expect(coverage([{ mask: middle, shares: [1] }], 4)).toEqual(middle);
});

it('where masks overlap the styles mix by weight; a style without a mask is everywhere', () => {
  expect(regionsOf([{ weight: 1 }, { weight: 3, mask: left }], 4)).toEqual([
    { mask: right, shares: [1, 0] },
    { mask: left, shares: [0.25, 0.75] },
  ]);
});

it('soft masks share every pixel out completely between the sets of styles that meet there', () => {
  const soft = Float32Array.of(0.25, 0.5, 1, 0);
  const regions = regionsOf(
    [
      { weight: 1, mask: soft },
      { weight: 1, mask: Float32Array.of(0.5, 0.5, 0.5, 0.5) },
    ],
    4,
  );
  expect(regions).toHaveLength(3);
  const nowhere = [0.75 * 0.5, 0.5 * 0.5, 0, 0.5];
  for (const [i, v] of coverage(regions, 4)!.entries()) expect(v).toBeCloseTo(1 - nowhere[i]!, 6);
});

it('leaves out styles of no weight, and regions that are next to nothing', () => {
  expect(regionsOf([{ weight: 0 }], 4)).toEqual([]);
  expect(regionsOf([{ weight: 1, mask: new Float32Array(4) }], 4)).toEqual([]);
  expect(regionsOf([{ weight: 0, mask: left }, { weight: 2 }], 4).map(({ shares }) => shares)).toEqual([
    [0, 1],
    [0, 1],
  ]);
});

it('a mask is as strong as it is light; of a transparent one the drawn part counts', async () => {
  const size = { width: 2, height: 1 };
  const grey = { ...size, data: Uint8Array.of(255, 255, 255, 51, 51, 51) };
  expect([...(await maskPlane(grey, size))]).toEqual([1, expect.closeTo(0.2, 5)]);
  const strokes = { ...size, data: new Uint8Array(6).fill(255), alpha: Uint8Array.of(0, 255) };
  expect([...(await maskPlane(strokes, size))]).toEqual([0, 1]);
});
