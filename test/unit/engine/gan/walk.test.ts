import { describe, expect, it } from 'vitest';
import type { LatentFace } from '../../../../src/engine/gan/generator.ts';
import { faceAt, lengthOf } from '../../../../src/engine/gan/walk.ts';
import { thereAndBack } from '../../../../src/engine/moving.ts';
import { createGenerator } from '../../../../src/engine/random.ts';

const aFace = (seed: number): LatentFace => {
  const generator = createGenerator(seed);
  return { rows: generator.randn(24), noise: generator.randn(4096) };
};
const stops = [aFace(1), aFace(2), aFace(3)];
const FRAMES = 7;
const length = lengthOf(stops.length, FRAMES);
const walk = Array.from({ length }, (_, i) => faceAt(stops, FRAMES, i));
const norm = (v: Float32Array) => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
const away = (a: Float32Array, b: Float32Array) => norm(a.map((v, i) => v - b[i]!));

describe('a walk', () => {
  it('goes through its stops exactly', () => {
    expect(length).toBe(13);
    stops.forEach((stop, i) => void expect(walk[i * (FRAMES - 1)]).toEqual(stop));
  });

  it('goes straight, and never back', () => {
    const way = away(stops[0]!.rows, stops[1]!.rows);
    const gone = walk.slice(0, FRAMES).map(({ rows }) => away(rows, stops[0]!.rows));
    const left = walk.slice(0, FRAMES).map(({ rows }) => away(rows, stops[1]!.rows));
    gone.forEach((g, i) => void expect(g + left[i]!).toBeCloseTo(way, 4));
    expect(gone).toEqual([...gone].sort((a, b) => a - b));
  });

  it('rests at its stops: the first step is shorter than the one in the middle', () => {
    const step = (i: number) => away(walk[i]!.rows, walk[i + 1]!.rows);
    expect(step(0)).toBeLessThan(step(2) / 2);
    expect(step(5)).toBeCloseTo(step(0), 4);
  });

  it('keeps the strength of the grain on the way', () => {
    for (const { noise } of walk) expect(norm(noise) / Math.sqrt(noise.length)).toBeCloseTo(1, 1);
  });

  it('fades grain in where one end has none', () => {
    const silent = { ...stops[1]!, noise: new Float32Array(4096) };
    const middle = faceAt([stops[0]!, silent], 3, 1).noise;
    expect(norm(middle)).toBeCloseTo(norm(stops[0]!.noise) / 2, 3);
  });

  it('of two frames is its two ends', () => {
    expect([0, 1].map((i) => faceAt(stops.slice(0, 2), 2, i))).toEqual(stops.slice(0, 2));
  });
});

it('a moving picture goes there and back without standing still at either end', () => {
  const frames = [0, 1, 2, 3].map((v) => ({ width: 1, height: 1, data: Uint8Array.of(v, v, v) }));
  const { picture, animation, seed } = thereAndBack(frames, 5, 60);
  expect(animation!.frames.map(({ data }) => data[0])).toEqual([0, 1, 2, 3, 2, 1]);
  expect(animation!.delaysMs).toEqual(Array(6).fill(60));
  expect([picture, seed]).toEqual([frames[0], 5]);
});
