import { expect, it } from 'vitest';
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

it('of every combination, or not at all', () => {
  const prompt = (places: number) => Array.from({ length: places }, (_, i) => `[a${i}|b${i}]`).join(' ');
  expect(readingsOf(prompt(8))).toHaveLength(256);
  expect(() => readingsOf(prompt(9))).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});
