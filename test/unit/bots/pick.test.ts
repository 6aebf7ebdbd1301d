import { describe, expect, it } from 'vitest';
import { asking, indexOf, picked } from '../../../src/bots/pick.ts';
import { decodeAction, encodeAction } from '../../../src/core/action.ts';
import { aGeneration, anId, anImage } from '../../fixtures.ts';

const images = Array.from({ length: 300 }, (_, index) => anImage({ index, seed: 1000 + index }));
const generation = aGeneration({ id: anId(3), images });

describe('one of 300', () => {
  it.each([
    ['42', 41],
    [' #300 ', 299],
    ['1', 0],
    ['seed 1041', 41],
    ['Seed: 1299', 299],
    ['1041', 41],
  ])('“%s” is found', (said, index) => expect(indexOf(generation, said)).toBe(index));

  it('a number is a place before it is a seed, unless it is said to be one', () => {
    const overlapping = { images: images.map((image, i) => ({ ...image, seed: 10 + i })) };
    expect([indexOf(overlapping, '20'), indexOf(overlapping, 'seed 20')]).toEqual([19, 10]);
  });

  it.each(['0', '301', 'seed 7', '', 'the bald one', '1.5', '-3', '99999999999'])(
    '“%s” is none, and that is said',
    (said) => expect(() => indexOf(generation, said)).toThrow('a number from 1 to 300, or a seed such as: seed 1000'),
  );

  it.each(['edit', 'upscale'] as const)('a menu to %s them becomes a button that says so, and back', async (verb) => {
    const options = images.map(({ index }) => ({
      label: `${index + 1}`,
      action: { verb, index, generationId: generation.id },
    }));
    const button = asking({ placeholder: 'Take one…', options })!;
    expect(button.label).toBe('Take one…');
    const action = decodeAction(encodeAction(button.action))!;
    expect(await picked({ find: async () => generation }, action, '42')).toEqual({
      ...{ verb, index: 41, generationId: generation.id },
    });
  });
});
