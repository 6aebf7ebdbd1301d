import { expect, it } from 'vitest';
import { createRowCache } from '../../../../src/engine/diffusion/prompt/row-cache.ts';

it('forgets what was not asked for longest when it is full', () => {
  const cache = createRowCache<number>(30);
  for (const [i, key] of ['a', 'b', 'c'].entries()) cache.set(key, i, 10);
  cache.get('a');
  cache.set('d', 3, 10);
  expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual([0, undefined, 2, 3]);
});

it('counts a replaced row once', () => {
  const cache = createRowCache<number>(20);
  for (let i = 0; i < 5; i++) cache.set('a', i, 10);
  cache.set('b', 1, 10);
  expect([cache.get('a'), cache.get('b')]).toEqual([4, 1]);
});
