import { describe, expect, it } from 'vitest';
import { readingsOf } from '../../../../src/engine/diffusion/prompt/readings.ts';

it('a plain prompt says itself', () => {
  expect(readingsOf('a cat')).toEqual(['a cat']);
});

it('weights, brackets and escapes are not said', () => {
  expect(readingsOf('a (b:1.3) [c] \\(d\\) e\\f')).toEqual(['a b c (d) ef']);
});

it.each([
  ['wo[rd:0.5]', 'word'],
  ['[wo|x]rd', 'word'],
  ['w[or:0]d', 'word'],
  ['w[x:o:0.2]r[d|]', 'word'],
  ['[w[o:r:3]d|wo]rd', 'word'],
  ['(wo)(rd)', 'word'],
  ['wo\\rd', 'word'],
  ['a AND wo[x|rd]', 'word'],
])('%s comes to say %s', (prompt, word) => {
  expect(readingsOf(prompt).flatMap((text) => text.split(' '))).toContain(word);
});

describe('of changing places', () => {
  const places = (count: number, between = ' ') =>
    Array.from({ length: count }, (_, i) => `[a${i}|b${i}]`).join(between);

  it('beside each other every combination is read, or the prompt is refused', () => {
    expect(readingsOf(places(8))).toHaveLength(256);
    expect(() => readingsOf(places(14))).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  it('far apart each is read by itself, whole words around it', () => {
    const meadow = ' a fine green meadow with flowers,'.repeat(8);
    const said = readingsOf(places(20, meadow));
    expect(said.length).toBeLessThan(60);
    for (let i = 0; i < 20; i++)
      for (const letter of 'ab') expect(said.some((text) => text.includes(`${letter}${i}`))).toBe(true);
    const words = new Set(said.flatMap((text) => text.split(/[ ,]+/)).filter((word) => /^[a-z]+$/.test(word)));
    expect([...words].sort()).toEqual(['a', 'fine', 'flowers', 'green', 'meadow', 'with']);
  });

  it('words are found across a place, wherever it stands in a long prompt', () => {
    const long = 'a calm blue sea '.repeat(100);
    expect(readingsOf(`${long}wo[x|rd] ${long}`).some((text) => text.includes(' word '))).toBe(true);
    expect(readingsOf(`wo[x:rd:0.9], ${long}`).some((text) => /\bword\b/.test(text))).toBe(true);
  });

  it('never more than can be judged at once', () => {
    const prompt = `${places(8)} ${'a fine green meadow, '.repeat(200)}`;
    expect(readingsOf(prompt).join('').length).toBeLessThan(60_000);
  });
});
