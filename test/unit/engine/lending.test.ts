import { expect, it } from 'vitest';
import { createLending } from '../../../src/engine/lending.ts';

const aThing = () => {
  const events: string[] = [];
  const open = async () => {
    events.push('open');
    return { name: 'decoder', release: async () => void events.push('release') };
  };
  return { events, open };
};

it('is there once, and goes when the last who has it gives it back', async () => {
  const { borrow } = createLending();
  const { events, open } = aThing();
  const [a, b] = await Promise.all([borrow('x', open), borrow('x', open)]);
  expect(events).toEqual(['open']);
  await a.release();
  await a.release(); // twice is once
  expect(events).toEqual(['open']);
  expect(b.name).toBe('decoder');
  await b.release();
  expect(events).toEqual(['open', 'release']);
  await borrow('x', open);
  expect(events).toEqual(['open', 'release', 'open']);
});

it('what could not be opened is tried again', async () => {
  const { borrow } = createLending();
  const { open } = aThing();
  await expect(borrow('x', () => Promise.reject(new Error('damaged')))).rejects.toThrow('damaged');
  expect((await borrow('x', open)).name).toBe('decoder');
});
