import { expect, it } from 'vitest';
import { createShelf } from '../../../src/engine/shelf.ts';

const shelf = (budget: number) => {
  const events: string[] = [];
  const models = createShelf<{ release(): Promise<void> }>(budget);
  const get = (key: string, bytes = 4, holder?: object) => {
    const open = async () => {
      events.push(`open ${key}`);
      return { release: async () => void events.push(`release ${key}`) };
    };
    return models.get(key, bytes, open, holder);
  };
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

it('does not put away what a job works with, until the job lets it go', async () => {
  const { events, models, get } = shelf(8);
  const [job, other] = [{}, {}];
  for (const key of ['a', 'b', 'c']) await get(key, 4, job);
  await get('a', 4, other);
  expect(events).toEqual(['open a', 'open b', 'open c']);
  await models.letGo(job);
  expect(events.slice(3)).toEqual(['release b']);
  await models.letGo(other);
  await get('d', 4);
  expect(events.slice(4)).toEqual(['open d', 'release c']);
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
