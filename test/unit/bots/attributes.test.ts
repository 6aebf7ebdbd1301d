import { describe, expect, it } from 'vitest';
import { decodeEdit, encodeEdit, parseAttributes, sayAttributes } from '../../../src/bots/attributes.ts';
import { isDetail } from '../../../src/core/action.ts';

const known = ['smile', 'glasses', 'sunglasses', 'long-hair', 'light-skin'].map((name) => ({
  name,
  title: name.replace('-', ' '),
}));

describe.each([
  ['smile +2, no glasses', { smile: 2, glasses: -1 }],
  ['Smile', { smile: 1 }],
  ['long hair 1.5; smile: -2', { 'long-hair': 1.5, smile: -2 }],
  ['more smile and less long_hair', { smile: 1, 'long-hair': -1 }],
  ['−sunglasses, +long-hair', { sunglasses: -1, 'long-hair': 1 }],
  ['without glasses 2', { glasses: -2 }],
  ['very light skin\nsmile=3', { 'light-skin': 2, smile: 3 }],
  ['long-hair-2', { 'long-hair': -2 }],
  ['', {}],
])('“%s”', (text, amounts) => {
  it('is read as it is meant', () => expect(parseAttributes(text, known)).toEqual(amounts));
});

it.each([
  ['smlie +1', 'Did you mean “smile”?'],
  ['sun glases', 'Did you mean “sunglasses”?'],
  ['wings', 'There are: smile, glasses'],
  ['+2', 'names no attribute'],
])('refuses “%s” and says: %s', (text, says) => {
  expect(() => parseAttributes(text, known)).toThrow(says);
});

it('reads what it says', () => {
  const amounts = { smile: 2, glasses: -1.5 };
  expect(parseAttributes(sayAttributes(amounts), known)).toEqual(amounts);
});

it('fits every edit into a button', () => {
  for (const { name } of known)
    for (const amount of [1, -1]) {
      const detail = encodeEdit(name, amount);
      expect(isDetail(detail)).toBe(true);
      expect(decodeEdit(detail, known)).toMatchObject({ name, amount });
    }
  expect(decodeEdit('wings+1', known)).toBeUndefined();
});
