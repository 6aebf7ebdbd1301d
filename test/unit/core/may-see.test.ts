import { expect, it } from 'vitest';
import { maySee } from '../../../src/core/may-see.ts';
import type { Sender } from '../../../src/core/studio.ts';
import { aGeneration, aSender } from '../../fixtures.ts';

const guild = (id: string) => ({ id, name: id });
const nobodys = { isOwner: async () => false };

/** Whether somebody who asks from there sees what was made from here. */
const sees = (from: Partial<Sender>, made: Partial<Sender>, isPrivate = false) => {
  const { space: _, ...sender } = aSender({ platform: 'discord' });
  const generation = aGeneration({ sender: { ...sender, ...made } });
  const request = { ...generation.request, private: isPrivate };
  return maySee(nobodys, { ...sender, accountId: 'bob', ...from }, { ...generation, request });
};

it('a person sees their own, wherever they are', async () => {
  const generation = aGeneration({});
  const request = { ...generation.request, private: true };
  expect(await maySee({ isOwner: async () => true }, aSender(), { ...generation, request })).toBe(true);
});

it('others see what was made where they are, and nothing from a direct message or another place', async () => {
  expect(await sees({ space: guild('a') }, { space: guild('a') })).toBe(true);
  expect(await sees({ space: guild('a') }, { space: guild('b') })).toBe(false);
  expect(await sees({ space: guild('a') }, {})).toBe(false);
  expect(await sees({}, {})).toBe(false);
  expect(await sees({ platform: 'web' }, { space: guild('a') })).toBe(false);
  expect(await sees({ platform: 'web' }, { platform: 'web' })).toBe(true);
});

it('nobody else sees what was made in private', async () => {
  expect(await sees({ space: guild('a') }, { space: guild('a') }, true)).toBe(false);
  expect(await sees({ platform: 'web' }, { platform: 'web' }, true)).toBe(false);
});
