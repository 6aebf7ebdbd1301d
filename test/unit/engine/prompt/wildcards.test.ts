import { expect, it } from 'vitest';
import { AppError } from '../../../../src/core/errors.ts';
import { createChance, drawWords, type Lists } from '../../../../src/engine/diffusion/prompt/wildcards.ts';

const known: Record<string, string[]> = {
  animal: ['cat', 'dog', 'fox'],
  'sea/fish': ['cod'],
  thing_2: ['a __animal__ in a {box|bag}'],
  loop: ['__loop__'],
};
const lists: Lists = (name) => {
  const list = known[name];
  if (!list) throw new AppError('invalid_request', name);
  return list;
};
const draw = (prompt: string, seed = 1) => drawWords(prompt, lists, createChance(seed, 'test'));

it('draws a line of the list, and one of the choices', () => {
  expect(draw('a __animal__, __sea/fish__')).toMatch(/^a (cat|dog|fox), cod$/);
  expect(draw('a {red|green} cat')).toMatch(/^a (red|green) cat$/);
  expect(draw('__thing_2__')).toMatch(/^a (cat|dog|fox) in a (box|bag)$/);
});

it('draws the same for the same seed, all there is over many, and each time anew within one prompt', () => {
  expect(draw('__animal__ __animal__ __animal__', 5)).toBe(draw('__animal__ __animal__ __animal__', 5));
  const drawn = Array.from({ length: 60 }, (_, seed) => draw('__animal__', seed));
  expect(new Set(drawn).size).toBe(3);
  const pairs = Array.from({ length: 60 }, (_, seed) => draw('__animal__ __animal__', seed).split(' '));
  expect(pairs.some(([a, b]) => a !== b)).toBe(true);
});

it('leaves alternation and plain words alone', () => {
  for (const prompt of ['[a|b] cat', 'snake_case __', '{one}', '{a,b}', '____']) expect(draw(prompt)).toBe(prompt);
  expect(draw('{[a|b] cat|[a|b] cat}')).toBe('[a|b] cat');
});

it('stops at lists that name themselves', () => {
  expect(() => draw('__loop__')).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});
