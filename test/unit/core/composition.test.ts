import { expect, it } from 'vitest';
import { parseComposition, printComposition } from '../../../src/core/composition.ts';

it.each<[string, [string, number][]]>([
  ['a cat', [['a cat', 1]]],
  [
    'a cat AND a dog',
    [
      ['a cat', 1],
      [' a dog', 1],
    ],
  ],
  [
    'a cat :1.2 AND a dog AND a penguin :2.2',
    [
      ['a cat', 1.2],
      [' a dog', 1],
      [' a penguin', 2.2],
    ],
  ],
  [
    'a :-.5 AND b',
    [
      ['a', -0.5],
      [' b', 1],
    ],
  ],
  ['SAND and ANDROIDS', [['SAND and ANDROIDS', 1]]],
  [
    'two\nlines AND\nmore',
    [
      ['two\nlines', 1],
      ['\nmore', 1],
    ],
  ],
  [
    '(a:1.3) AND b',
    [
      ['(a:1.3)', 1],
      [' b', 1],
    ],
  ],
  ['', [['', 1]]],
])('%j', (prompt, parts) => {
  expect(parseComposition(prompt)).toEqual(parts.map(([text, weight]) => ({ text, weight })));
});

it('prints what it parses to itself', () => {
  for (const prompt of ['a', 'a :2 AND b', 'a AND b :0.5 AND c', 'time: now :1.5 AND 5']) {
    const parts = parseComposition(prompt).map(({ text, weight }) => ({ text: text.trim(), weight }));
    expect(
      parseComposition(printComposition(parts)).map(({ text, weight }) => ({ text: text.trim(), weight })),
    ).toEqual(parts);
  }
});
