import { describe, expect, it } from 'vitest';
import { diversity } from '../../../bench/metrics/diversity.ts';
import { edgeF1, edgesOf } from '../../../bench/metrics/edges.ts';
import { type Maps, perceptualDistance } from '../../../bench/metrics/perceptual.ts';
import { psnr } from '../../../bench/metrics/psnr.ts';
import { ssim } from '../../../bench/metrics/ssim.ts';
import { cosineScore, retrieval } from '../../../bench/metrics/text-image.ts';
import type { Picture } from '../../../src/core/picture.ts';

const SIDE = 48;
const aPicture = (value: (x: number, y: number) => number, side = SIDE): Picture => {
  const data = new Uint8Array(side * side * 3);
  for (let i = 0; i < side * side; i++) data.fill(value(i % side, Math.floor(i / side)), 3 * i, 3 * i + 3);
  return { width: side, height: side, data };
};
const slope = aPicture((x, y) => 40 + 2 * x + y);
const shifted = (by: number) => ({ ...slope, data: slope.data.map((v) => v + by) });

describe('PSNR', () => {
  it('is 20 log₁₀(255/d) when every value is off by d', () => {
    expect(psnr(slope, shifted(5))).toBeCloseTo(20 * Math.log10(255 / 5), 10);
  });

  it('is infinite for equal pictures', () => {
    expect(psnr(slope, slope)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('SSIM', () => {
  it('is 1 for equal pictures', () => {
    expect(ssim(slope, slope)).toBeCloseTo(1, 9);
  });

  it('of two plain pictures is their likeness of brightness alone', () => {
    const c1 = (0.01 * 255) ** 2;
    const expected = (2 * 100 * 150 + c1) / (100 ** 2 + 150 ** 2 + c1);
    expect(
      ssim(
        aPicture(() => 100),
        aPicture(() => 150),
      ),
    ).toBeCloseTo(expected, 4);
  });

  it('punishes lost structure more than another brightness of the same error', () => {
    const stripes = aPicture((x) => (x % 8 < 4 ? 90 : 160));
    const brighter = { ...stripes, data: stripes.data.map((v) => v + 35) };
    const flat = aPicture(() => 125);
    expect(psnr(stripes, brighter)).toBeCloseTo(psnr(stripes, flat), 6);
    expect(ssim(stripes, brighter)).toBeGreaterThan(ssim(stripes, flat) + 0.5);
  });
});

describe('the perceptual distance', () => {
  const maps = (data: number[], channels = 2): Maps => ({ channels, data: Float32Array.from(data) });

  it('is 0 for equal maps, and for maps that differ in strength only', () => {
    const a = maps([1, 2, 3, 4]);
    expect(perceptualDistance([a], [a])).toBeCloseTo(0, 6);
    expect(perceptualDistance([a], [maps([2, 4, 6, 8])])).toBeCloseTo(0, 6);
  });

  it('is 2 for maps that share no channel, and the mean over the layers', () => {
    const [a, b] = [maps([1, 1, 0, 0]), maps([0, 0, 1, 1])];
    expect(perceptualDistance([a], [b])).toBeCloseTo(2, 6);
    expect(perceptualDistance([a, a], [b, a])).toBeCloseTo(1, 6);
  });

  it('is 0 where both maps are dark', () => {
    expect(perceptualDistance([maps([0, 0, 0, 0])], [maps([0, 0, 0, 0])])).toBe(0);
  });
});

it('diversity is the mean distance over pairs, and 0 for one picture many times', () => {
  const distance = (a: number, b: number) => Math.abs(a - b);
  expect(diversity([0, 1, 3], distance)).toBeCloseTo((1 + 3 + 2) / 3, 12);
  expect(diversity([4, 4, 4], distance)).toBe(0);
});

describe('text and picture', () => {
  it('retrieval counts pictures whose own caption scores best, a tie as a miss', () => {
    const scores = [
      [0.9, 0.1, 0.2],
      [0.8, 0.7, 0.1],
      [0.5, 0.1, 0.5],
    ];
    expect(retrieval(scores, [0, 1, 2])).toBeCloseTo(1 / 3, 12);
  });

  it('the cosine score is 100 for parallel rows and 0 for opposed ones', () => {
    expect(cosineScore([[1, 2]], [[2, 4]])).toBeCloseTo(100, 9);
    expect(cosineScore([[1, 2]], [[-2, -4]])).toBe(0);
  });
});

describe('edges', () => {
  const square = (from: number, to: number) =>
    aPicture((x, y) => (x >= from && x < to && y >= from && y < to ? 220 : 30));

  it('of a square are its outline, one pixel wide', () => {
    const edges = edgesOf(square(12, 36));
    const count = edges.reduce((sum, v) => sum + v, 0);
    expect(count).toBeGreaterThan(80);
    expect(count).toBeLessThan(120);
    expect(edges[24 * SIDE + 24]).toBe(0);
  });

  it('agree with themselves, and with the same shape a pixel on', () => {
    expect(edgeF1(edgesOf(square(12, 36)), edgesOf(square(12, 36)), SIDE)).toBe(1);
    expect(edgeF1(edgesOf(square(12, 36)), edgesOf(square(13, 37)), SIDE)).toBe(1);
  });

  it('of different shapes agree little, and nothing agrees with no edges', () => {
    expect(edgeF1(edgesOf(square(4, 14)), edgesOf(square(26, 44)), SIDE)).toBe(0);
    expect(edgeF1(edgesOf(square(12, 36)), edgesOf(aPicture(() => 90)), SIDE)).toBe(0);
  });
});
