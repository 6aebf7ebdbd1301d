import { describe, expect, it } from 'vitest';
import { readCommand } from '../../../../src/bots/web/commands.ts';

describe.each([
  ['two red apples', 'imagine', 'two red apples'],
  ['/imagine two red apples --seed 7', 'imagine', 'two red apples --seed 7'],
  ['  /IMAGINE   a cat ', 'imagine', 'a cat'],
  ['/imagine', 'imagine', ''],
  ['/imagine\na cat\nasleep', 'imagine', 'a cat\nasleep'],
  ['/help', 'help', ''],
  ['/show 0190f3c0', 'show', '0190f3c0'],
  ['a cat /help', 'imagine', 'a cat /help'],
])('%j', (text, name, rest) => {
  it(`is ${name}`, () => expect(readCommand(text)).toEqual({ name, rest }));
});

it.each(['/', '/paint a cat', '/ imagine', '/constructor', '/__proto__'])(
  'refuses %j and names the way out',
  (text) => {
    expect(() => readCommand(text)).toThrow(/\/help/);
  },
);

it('takes text beside a picture for what it should become, and a command for a command', () => {
  expect(readCommand('ink', true)).toEqual({ name: 'stylize', rest: 'ink' });
  expect(readCommand('/upscale', true)).toEqual({ name: 'upscale', rest: '' });
});
