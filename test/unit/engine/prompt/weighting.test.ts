import { describe, expect, it } from 'vitest';
import { WEIGHTINGS } from '../../../../src/core/request.ts';
import type { Chunk } from '../../../../src/engine/diffusion/prompt/chunks.ts';
import { parseEmphasis } from '../../../../src/engine/diffusion/prompt/emphasis.ts';
import { mixed, SCHEMES, weighted } from '../../../../src/engine/diffusion/prompt/weighting.ts';

/** Two numbers per id, and something of its neighbours, as attention would have it. */
const look = (ids: readonly number[]) =>
  Float32Array.from(ids.flatMap((id, i) => [id + 0.25 * (ids[i - 1] ?? 0), 3 - 0.5 * id]));
const empty: Chunk = { ids: [1, 2, 2, 2], weights: [1, 1, 1, 1] };
const chunk = (...weights: number[]): Chunk => ({ ids: [1, 7, 5, 2], weights: [1, ...weights, 1] });
const mean = (z: Float32Array) => z.reduce((sum, v) => sum + v, 0) / z.length;

it.each(WEIGHTINGS)('%s: weight 1 is the encoder’s own answer, bit for bit', (scheme) => {
  const plain = chunk(1, 1);
  expect(weighted(scheme, plain, look, empty)).toEqual(look(plain.ids));
});

it.each(['comfy', 'compel', 'none'] as const)('%s is linear in the weight', (scheme) => {
  const at = (w: number) => weighted(scheme, chunk(w, 1), look, empty);
  const [low, middle, high] = [at(1.2), at(1.6), at(2)];
  for (const i of low.keys()) expect(middle[i]).toBeCloseTo((low[i]! + high[i]!) / 2, 5);
});

describe('a1111', () => {
  it('multiplies the words and brings the whole back to its mean', () => {
    const z = look(chunk(1, 1).ids);
    const out = weighted('a1111', chunk(1.5, 0.5), look, empty);
    expect(mean(out)).toBeCloseTo(mean(z), 6);
    expect(out[2]! / out[0]!).toBeCloseTo((1.5 * z[2]!) / z[0]!, 5);
    expect(out[4]! / out[0]!).toBeCloseTo((0.5 * z[4]!) / z[0]!, 5);
  });

  it('leaves the mean alone where there is none', () => {
    const even = (ids: readonly number[]) => Float32Array.from(ids.flatMap((id) => [id, -id]));
    expect([...weighted('a1111', chunk(2, 1), even, empty)]).toEqual([1, -1, 14, -14, 5, -5, 2, -2]);
  });
});

it.each(['comfy', 'compel'] as const)('%s: weight 0 says what no words say there', (scheme) => {
  const out = weighted(scheme, chunk(0, 1), look, empty);
  expect(out.slice(2, 4)).toEqual(look(empty.ids).slice(2, 4));
  expect(out.slice(0, 2)).toEqual(look(chunk(1, 1).ids).slice(0, 2));
});

it('none ignores weights', () => {
  expect(weighted('none', chunk(3, 0), look, empty)).toEqual(look(chunk(1, 1).ids));
});

describe('compel', () => {
  it('sets against a weak word the prompt without it, the more the weaker it is', () => {
    const [half, nothing] = SCHEMES.compel.reduced(parseEmphasis('a (b:0.5) (c:2) (d:0)'));
    expect(half!.share).toBeCloseTo(1, 9); // halfway
    expect(half!.pieces).toEqual(parseEmphasis('a (b:0.5) (c:2) (d:0)').toSpliced(1, 1));
    expect(nothing!.share).toBeGreaterThan(1e6);
  });

  it('has nothing to compare where no word is weak', () => {
    expect(SCHEMES.compel.reduced(parseEmphasis('a (b:1.5) BREAK c'))).toEqual([]);
  });
});

it('mixes versions by their shares', () => {
  const [one, two] = [Float32Array.of(1, 2), Float32Array.of(5, 0)];
  expect(mixed([{ data: one, share: 1 }])).toBe(one);
  expect([
    ...mixed([
      { data: one, share: 1 },
      { data: two, share: 3 },
    ]),
  ]).toEqual([4, 0.5]);
});
