import { expect, it } from 'vitest';
import { createShelf, type ShelfOptions } from '../../../src/engine/shelf.ts';

const shelf = (budget: number, options?: ShelfOptions) => {
  const events: string[] = [];
  const models = createShelf<{ release(): Promise<void> }>(budget, options);
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
  expect(events).toEqual(['open a', 'open b', 'release b', 'open c']); // gone before the next one comes
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
  expect(events.slice(4)).toEqual(['release c', 'open d']);
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

it('keeps memory free for what the calls under way need', async () => {
  const { events, get } = shelf(12, { reserved: () => 5 });
  for (const key of ['a', 'b']) await get(key);
  expect(events).toEqual(['open a', 'release a', 'open b']);
});

it('weighs a model by what the process grew by while it was opened, within reason', async () => {
  let resident = 0;
  const models = createShelf<{ release(): Promise<void> }>(100, { resident: () => resident });
  const open = (grows: number) => async () => {
    resident += grows;
    return { release: async () => {} };
  };
  await models.get('a', 10, open(17));
  expect(models.bytes()).toBe(17);
  await models.get('b', 10, open(-5));
  await models.get('c', 10, open(900));
  expect(models.bytes()).toBe(17 + 10 + 30);
});

it('says what is open by name, and when that changes', async () => {
  const told: string[][] = [];
  const models = createShelf<{ release(): Promise<void> }>(8, { onChange: () => told.push(models.names()) });
  const open = async () => ({ release: async () => {} });
  await models.get('1/unet', 4, open, undefined, 'one');
  await models.get('1/vae', 4, open, undefined, 'one');
  await models.get('2', 4, open, undefined, 'two');
  expect(told.at(-1)).toEqual(['one', 'two']);
  await models.clear();
  expect(told.at(-1)).toEqual([]);
});
