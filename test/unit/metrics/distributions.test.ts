import { describe, expect, it } from 'vitest';
import { eigenOf, squareRoot } from '../../../bench/metrics/eigen.ts';
import { frechetDistance } from '../../../bench/metrics/fid.ts';
import { inceptionScore, softmax } from '../../../bench/metrics/inception-score.ts';
import { precisionRecall } from '../../../bench/metrics/precision-recall.ts';
import { covarianceOf, type Matrix, product } from '../../../bench/metrics/statistics.ts';

/** Mulberry32 and Box–Muller: the same numbers in every run. */
function normals(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

const rows = (n: number, width: number, seed: number, change = (v: number, _j: number) => v) => {
  const next = normals(seed);
  return Array.from({ length: n }, () => Float64Array.from({ length: width }, (_, j) => change(next(), j)));
};

const expectEqual = (a: Matrix, b: Matrix) => {
  for (let i = 0; i < a.data.length; i++) expect(a.data[i]).toBeCloseTo(b.data[i]!, 9);
};

describe('eigenvalues', () => {
  it('are those of a matrix whose eigenvalues are known', () => {
    // 2 on the diagonal, −1 beside it: 2 − 2 cos(kπ/(n+1)).
    const n = 12;
    const data = Float64Array.from({ length: n * n }, (_, i) => {
      const away = Math.abs(Math.floor(i / n) - (i % n));
      return away === 0 ? 2 : away === 1 ? -1 : 0;
    });
    const values = [...eigenOf({ size: n, data }).values].sort((a, b) => a - b);
    for (const [k, value] of values.entries())
      expect(value).toBeCloseTo(2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)), 10);
  });

  it('give a square root that squares to the matrix', () => {
    const sigma = covarianceOf(rows(40, 15, 3, (v, j) => v * (j + 1)));
    const root = squareRoot(sigma);
    expectEqual(product(root, root), sigma);
  });

  it('are zero where there are fewer rows than columns, and the root still squares', () => {
    const sigma = covarianceOf(rows(6, 15, 4));
    expect([...eigenOf(sigma).values].filter((v) => v > 1e-9)).toHaveLength(5);
    const root = squareRoot(sigma);
    expectEqual(product(root, root), sigma);
  });
});

describe('the Fréchet distance', () => {
  it('of a set to itself is 0', () => {
    const set = rows(200, 8, 1);
    expect(frechetDistance(set, set)).toBeLessThan(1e-6);
  });

  it('of two sets that differ by a shift is the square of the shift', () => {
    const set = rows(300, 6, 2);
    const moved = set.map((row) => row.map((v) => v + 0.5));
    expect(frechetDistance(set, moved)).toBeCloseTo(6 * 0.25, 8);
  });

  it('of a set to itself scaled by s is tr(Σ) (s − 1)² for centred rows', () => {
    const set = rows(300, 6, 5);
    const mirrored = [...set, ...set.map((row) => row.map((v) => -v))]; // mean exactly 0
    const scaled = mirrored.map((row) => row.map((v) => 3 * v));
    const { size, data } = covarianceOf(mirrored);
    let trace = 0;
    for (let i = 0; i < size; i++) trace += data[i * size + i]!;
    expect(frechetDistance(mirrored, scaled)).toBeCloseTo(4 * trace, 6);
  });

  it('is the same both ways', () => {
    const [a, b] = [rows(100, 5, 6), rows(120, 5, 7, (v, j) => v * (1 + j) + j)];
    expect(frechetDistance(a, b)).toBeCloseTo(frechetDistance(b, a), 6);
  });
});

describe('the Inception score', () => {
  it('is 1 when the classifier says the same of everything', () => {
    expect(inceptionScore(Array.from({ length: 9 }, () => [0.2, 0.5, 0.3]))).toBeCloseTo(1, 12);
  });

  it('is the number of classes when each is certain equally often', () => {
    const certain = [0, 1, 2, 3].map((k) => [0, 1, 2, 3].map((j) => (j === k ? 1 : 0)));
    expect(inceptionScore([...certain, ...certain])).toBeCloseTo(4, 12);
  });

  it('reads logits through a softmax that large values do not break', () => {
    expect([...softmax([1000, 1000])]).toEqual([0.5, 0.5]);
  });
});

describe('precision and recall', () => {
  it('are both high for two samples of one distribution', () => {
    const { precision, recall } = precisionRecall(rows(300, 4, 8), rows(300, 4, 9));
    expect(precision).toBeGreaterThan(0.8);
    expect(recall).toBeGreaterThan(0.8);
  });

  it('tell a collapsed set: precise, and covering next to nothing', () => {
    const made = rows(300, 4, 10, (v) => v * 0.02);
    const { precision, recall } = precisionRecall(rows(300, 4, 8), made);
    expect(precision).toBe(1);
    expect(recall).toBeLessThan(0.05);
  });

  it('tell a set that is far off', () => {
    expect(
      precisionRecall(
        rows(100, 4, 8),
        rows(100, 4, 9, (v) => v + 50),
      ),
    ).toEqual({ precision: 0, recall: 0 });
  });
});
