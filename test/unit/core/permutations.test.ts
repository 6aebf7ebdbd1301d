import { expect, it } from 'vitest';
import { parsePermutations } from '../../../src/core/permutations.ts';

const all = (prompt: string) => {
  const { count, at } = parsePermutations(prompt);
  return Array.from({ length: count }, (_, i) => at(i));
};

it.each<[string, string[]]>([
  ['a cat', ['a cat']],
  ['a {red,green} {cat, dog}', ['a red cat', 'a red dog', 'a green cat', 'a green dog']],
  ['{a {b,c},d}', ['a b', 'a c', 'd']],
  ['{,big} cat', [' cat', 'big cat']],
  ['a, b, {c} d', ['a, b, {c} d']],
  ['{a|b,c} {a|b}', ['{a|b,c} {a|b}']],
  ['{a,{b|c}}', ['a', '{b|c}']],
  ['{[a|b],c}', ['[a|b]', 'c']],
  ['{never, closed', ['{never, closed']],
  ['closed, only}', ['closed, only}']],
  ['\\{a,b\\} {x\\,y,z}', ['\\{a,b\\} x\\,y', '\\{a,b\\} z']],
  ['[a:{b,c}:0.5]', ['[a:b:0.5]', '[a:c:0.5]']],
])('%s', (prompt, prompts) => expect(all(prompt)).toEqual(prompts));

it('begins again after the last', () => {
  const { at } = parsePermutations('{a,b,c}');
  expect([0, 2, 3, 7].map(at)).toEqual(['a', 'c', 'a', 'b']);
});

it('names every combination once, however many there are', () => {
  const { count, at } = parsePermutations('{a,b,c}'.repeat(6));
  expect(new Set(Array.from({ length: count }, (_, i) => at(i))).size).toBe(3 ** 6);
  expect(parsePermutations('{a,b}'.repeat(40)).at(0)).toBe('a'.repeat(40));
});
