import { expect, it } from 'vitest';
import { createShelf } from '../../../src/engine/shelf.ts';

const shelf = (budget: number) => {
  const events: string[] = [];
  const models = createShelf<{ release(): Promise<void> }>(budget);
  const get = (key: string, bytes = 4) =>
    models.get(key, bytes, async () => {
      events.push(`open ${key}`);
      return { release: async () => void events.push(`release ${key}`) };
    });
  return { events, models, get };
};

it('opens a model once, also when two ask at the same time', async () => {
  const { events, get } = shelf(10);
  expect(await get('a')).toBe(await get('a'));
  await Promise.all([get('b'), get('b')]);
  expect(events).toEqual(['open a', 'open b']);
});

it('puts the least recently used away, and releases it', async () => {
  const { events, get } = shelf(8);
  for (const key of ['a', 'b', 'a', 'c']) await get(key);
  expect(events).toEqual(['open a', 'open b', 'open c', 'release b']);
});

it('keeps the newest however large it is', async () => {
  const { events, get } = shelf(8);
  await get('huge', 100);
  expect(events).toEqual(['open huge']);
});

it('tries again after a failure to open', async () => {
  const models = createShelf<{ release(): Promise<void> }>(8);
  const fails = async () => Promise.reject(new Error('damaged'));
  await expect(models.get('a', 1, fails)).rejects.toThrow('damaged');
  expect(await models.get('a', 1, async () => ({ release: async () => {} }))).toBeDefined();
});

it('releases everything at the end', async () => {
  const { events, models, get } = shelf(100);
  await get('a');
  await get('b');
  await models.clear();
  expect(events.slice(2)).toEqual(['release a', 'release b']);
});
