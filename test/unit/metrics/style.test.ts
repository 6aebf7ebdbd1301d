import { describe, expect, it } from 'vitest';
import { logisticJudge } from '../../../bench/metrics/logistic.ts';
import { styleDistance } from '../../../bench/metrics/style-distance.ts';

describe('the style distance', () => {
  const maps = (values: number[], channels = 2) => [{ channels, data: Float32Array.from(values) }];
  const some = maps([1, 2, 3, 0, 1, 4]);

  it('is 0 for a picture and itself, wherever its parts stand', () => {
    expect(styleDistance(some, some)).toBe(0);
    expect(styleDistance(maps([3, 1, 2, 4, 0, 1]), some)).toBeCloseTo(0, 12);
  });

  it('does not depend on the size of the pictures', () => {
    expect(styleDistance(maps([1, 2, 3, 1, 2, 3, 0, 1, 4, 0, 1, 4]), some)).toBeCloseTo(0, 12);
  });

  it('is 1 for one that shows nothing, and 3 for maps twice as strong', () => {
    expect(styleDistance(maps([0, 0, 0, 0, 0, 0]), some)).toBeCloseTo(1, 12);
    expect(styleDistance(maps([2, 4, 6, 0, 2, 8]), some)).toBeCloseTo(3, 12); // Gram matrices go with the square
  });
});

describe('a logistic judge', () => {
  const line = (n: number, at: (i: number) => number[]) => Array.from({ length: n }, (_, i) => at(i));

  it('tells apart what a single feature tells apart, also where it saw nothing', () => {
    const judge = logisticJudge(
      line(20, (i) => [i / 20, i % 3]),
      line(20, (i) => [2 + i / 20, i % 3]),
    );
    expect(judge([0.3, 1])).toBeLessThan(0.1);
    expect(judge([2.7, 1])).toBeGreaterThan(0.9);
    expect(judge([-5, 2])).toBeLessThan(judge([0.3, 2]));
  });

  it('answers with the share of the kinds where nothing tells them apart', () => {
    const same = (n: number) => line(n, () => [1, 2, 3]);
    expect(logisticJudge(same(30), same(30))([1, 2, 3])).toBeCloseTo(0.5, 6);
    expect(logisticJudge(same(10), same(30))([1, 2, 3])).toBeCloseTo(0.75, 2);
  });

  it('is the same judge in whatever units its features are', () => {
    const [a, b] = [line(9, (i) => [i, (i * 7) % 5]), line(9, (i) => [i + 4, (i * 3) % 5])];
    const grown = (rows: number[][]) => rows.map(([x, y]) => [1000 * x!, y! / 1000 + 4]);
    expect(logisticJudge(grown(a), grown(b))([6000, 4.002])).toBeCloseTo(logisticJudge(a, b)([6, 2]), 6);
  });
});
