import { describe, expect, it } from 'vitest';
import { type Piece, parseEmphasis, printEmphasis } from '../../../../src/engine/diffusion/prompt/emphasis.ts';

const parsed = (prompt: string) =>
  parseEmphasis(prompt).map((piece) => (piece === 'break' ? piece : [piece.text, piece.weight]));

describe('the vectors Automatic1111 publishes in modules/prompt_parser.py', () => {
  it.each<[string, unknown[]]>([
    ['normal text', [['normal text', 1]]],
    [
      'an (important) word',
      [
        ['an ', 1],
        ['important', 1.1],
        [' word', 1],
      ],
    ],
    ['(unbalanced', [['unbalanced', 1.1]]],
    ['\\(literal\\]', [['(literal]', 1]]],
    ['(unnecessary)(parens)', [['unnecessaryparens', 1.1]]],
    [
      'a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).',
      [
        ['a ', 1],
        ['house', 1.5730000000000004],
        [' ', 1.1],
        ['on', 1],
        [' a ', 1.1],
        ['hill', 0.55],
        [', sun, ', 1.1],
        ['sky', 1.4641000000000006],
        ['.', 1.1],
      ],
    ],
  ])('%s', (prompt, pieces) => expect(parsed(prompt)).toEqual(pieces));
});

it('divides in square brackets', () => {
  expect(parsed('[a]')).toEqual([['a', 1 / 1.1]]);
});

it('takes brackets that were never opened for text', () => {
  expect(parsed('a) b] :)')).toEqual([['a) b] :)', 1]]);
});

it('ends a chunk at BREAK, inside brackets too, and nowhere else', () => {
  expect(parsed('a BREAK (b BREAK c:2)')).toEqual([['a', 1], 'break', ['b', 2], 'break', ['c', 2]]);
  expect(parsed('BREAKFAST break')).toEqual([['BREAKFAST break', 1]]);
});

it('says something even about nothing', () => {
  expect(parsed('')).toEqual([['', 1]]);
  expect(parsed('()')).toEqual([['', 1]]);
});

/** Small and seeded, so that a failure can be repeated. */
const chance = (seed: number) => () => {
  seed = (seed * 1664525 + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

it('prints what it parses to itself, whatever the words', () => {
  const next = chance(7);
  const pick = <T>(of: readonly T[]) => of[Math.floor(next() * of.length)]!;
  const text = () =>
    Array.from({ length: 1 + Math.floor(next() * 4) }, () =>
      pick(['a', 'b c', '(', ')', '[', ']', '\\', ':', ':1.3', 'é', ',']),
    ).join('');
  for (let i = 0; i < 500; i++) {
    const pieces = Array.from(
      { length: 1 + Math.floor(next() * 4) },
      (): Piece =>
        next() < 0.15 ? 'break' : { text: text(), weight: pick([1, 1.1, 0.5, 1.5730000000000004, -0.3, 2, 1e-7]) },
    );
    const normal = parseEmphasis(printEmphasis(pieces));
    expect(parseEmphasis(printEmphasis(normal)), printEmphasis(pieces)).toEqual(normal);
    expect(spoken(normal), printEmphasis(pieces)).toBe(spoken(pieces));
  }
});

const spoken = (pieces: readonly Piece[]) => pieces.map((piece) => (piece === 'break' ? '' : piece.text)).join('');

it('survives any string', () => {
  const next = chance(11);
  const signs = ['(', ')', '[', ']', ':', '\\', '1.3', '.', '-', 'a', ' ', 'BREAK', ':2)'];
  for (let i = 0; i < 2000; i++) {
    const prompt = Array.from({ length: 12 }, () => signs[Math.floor(next() * signs.length)]!).join('');
    const pieces = parseEmphasis(prompt);
    for (const piece of pieces) if (piece !== 'break') expect(piece.weight).not.toBeNaN();
    expect(parseEmphasis(printEmphasis(pieces))).toEqual(pieces);
  }
});
