import { describe, expect, it } from 'vitest';
import { parseEditing } from '../../../../src/engine/diffusion/prompt/editing.ts';

/** Automatic1111's form: [up to which step, counted from 1, text]. */
function schedule(prompt: string, steps = 10, earlier?: number): [number, string][] {
  const at = parseEditing(prompt, { steps, earlier });
  const out: [number, string][] = [];
  for (let step = 0; step < steps; step++) {
    const text = at(step);
    if (out.at(-1)?.[1] === text) out[out.length - 1]![0] = step + 1;
    else out.push([step + 1, text]);
  }
  return out;
}

describe('the vectors Automatic1111 publishes in modules/prompt_parser.py', () => {
  it.each<[string, [number, string][]]>([
    ['test', [[10, 'test']]],
    [
      'a [b:3]',
      [
        [3, 'a '],
        [10, 'a b'],
      ],
    ],
    [
      'a [b: 3]',
      [
        [3, 'a '],
        [10, 'a b'],
      ],
    ],
    [
      'a [[[b]]:2]',
      [
        [2, 'a '],
        [10, 'a [[b]]'],
      ],
    ],
    [
      '[(a:2):3]',
      [
        [3, ''],
        [10, '(a:2)'],
      ],
    ],
    [
      'a [b : c : 1] d',
      [
        [1, 'a b  d'],
        [10, 'a  c  d'],
      ],
    ],
    [
      'a[b:[c:d:2]:1]e',
      [
        [1, 'abe'],
        [2, 'ace'],
        [10, 'ade'],
      ],
    ],
    ['a [unbalanced', [[10, 'a [unbalanced']]],
    [
      'a [b:.5] c',
      [
        [5, 'a  c'],
        [10, 'a b c'],
      ],
    ],
    [
      'a [{b|d{:.5] c',
      [
        [5, 'a  c'],
        [10, 'a {b|d{ c'],
      ],
    ],
    [
      '((a][:b:c [d:3]',
      [
        [3, '((a][:b:c '],
        [10, '((a][:b:c d'],
      ],
    ],
    ['[a|(b:1.1)]', Array.from({ length: 10 }, (_, i) => [i + 1, i % 2 ? '(b:1.1)' : 'a'])],
    ['[fe|]male', Array.from({ length: 10 }, (_, i) => [i + 1, i % 2 ? 'male' : 'female'])],
  ])('%s', (prompt, expected) => expect(schedule(prompt)).toEqual(expected));

  it('three empty alternatives last three steps', () => {
    expect(schedule('[fe|||]male').slice(0, 4)).toEqual([
      [1, 'female'],
      [4, 'male'],
      [5, 'female'],
      [8, 'male'],
    ]);
  });

  it('in a second pass', () => {
    expect(schedule('a [b:.5] c', 10, 10)).toEqual([[10, 'a b c']]);
    expect(schedule('a [b:1.5] c', 10, 10)).toEqual([
      [5, 'a  c'],
      [10, 'a b c'],
    ]);
  });
});

it('puts in, takes out and replaces from a share or a step on', () => {
  expect(schedule('[a:0.2]')).toEqual([
    [2, ''],
    [10, 'a'],
  ]);
  expect(schedule('[a::0.2]')).toEqual([
    [2, 'a'],
    [10, ''],
  ]);
  expect(schedule('[a::4]')).toEqual([
    [4, 'a'],
    [10, ''],
  ]);
  expect(schedule('[a:b:1.0]')).toEqual([[10, 'a']]);
  expect(schedule('[a:b:0]')).toEqual([[10, 'b']]);
});

it('the example of its documentation, at 100 steps', () => {
  const prompt =
    'fantasy landscape with a [mountain:lake:0.25] and [an oak:a christmas tree:0.75][ in foreground::0.6][ in background:0.25] [shoddy:masterful:0.5]';
  expect(schedule(prompt, 100)).toEqual([
    [25, 'fantasy landscape with a mountain and an oak in foreground shoddy'],
    [50, 'fantasy landscape with a lake and an oak in foreground in background shoddy'],
    [60, 'fantasy landscape with a lake and an oak in foreground in background masterful'],
    [75, 'fantasy landscape with a lake and an oak in background masterful'],
    [100, 'fantasy landscape with a lake and a christmas tree in background masterful'],
  ]);
});

it('leaves words, weights, escapes and lone signs alone', () => {
  for (const prompt of ['a (b:1.3) [c]', 'a | b: c', '\\[a:b:0.5\\]', '[a:b]', 'x] y)', '\\', '[12]', 'wait: 5'])
    expect(schedule(prompt)).toEqual([[10, prompt]]);
});

it('between equal halves there is nothing to alternate or to edit', () => {
  expect(schedule('[a|a] b')).toEqual(schedule('a b'));
  expect(schedule('[a:a:0.5] b')).toEqual(schedule('a b'));
});
