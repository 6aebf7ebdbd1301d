import { describe, expect, it } from 'vitest';
import { chunksOf } from '../../../../src/engine/diffusion/prompt/chunks.ts';
import { parseEmphasis } from '../../../../src/engine/diffusion/prompt/emphasis.ts';
import type { Tokenizer } from '../../../../src/engine/diffusion/tokenizer.ts';

/** Every word is a number that is its id; a comma is 9, `<n>` stands for n ids of 7. */
const [start, end, pad, comma] = [1000, 1001, 0, 9];
const groups = (text: string) =>
  (text.match(/<\d+>|\d+|,/g) ?? []).map((word) => {
    if (word === ',') return [comma];
    return word.startsWith('<') ? Array<number>(Number(word.slice(1, -1))).fill(7) : [Number(word)];
  });
const tokens = (text: string) => groups(text).flat();
const tokenizer = (room: number): Tokenizer => ({
  ...{ room, tokens, encode: (text) => tokens(text) },
  chunks: { groups, start, end, pad, comma },
});
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const wordsOf = ({ ids }: { ids: readonly number[] }) => ids.slice(1, ids.indexOf(end));
const cut = (prompt: string, room = 75) => chunksOf(parseEmphasis(prompt), tokenizer(room));

it('gives one row of start, words, end and padding to what fits', () => {
  expect(cut('11 12', 4)).toEqual([{ ids: [start, 11, 12, end, pad, pad], weights: [1, 1, 1, 1, 1, 1] }]);
  expect(cut('', 2)).toEqual([{ ids: [start, end, pad, pad], weights: [1, 1, 1, 1] }]);
});

it('75 words are one chunk and 76 are two', () => {
  expect(cut(numbers(100, 174).join(' '))).toHaveLength(1);
  const [first, second] = cut(numbers(100, 175).join(' '));
  expect([wordsOf(first!), wordsOf(second!)]).toEqual([numbers(100, 174), [175]]);
});

it('loses no word and turns none around, however long the prompt', () => {
  for (let words = 0; words < 400; words += 7) {
    const said = numbers(100, 99 + words).flatMap((n) => (n % 11 === 0 ? [n, comma] : [n]));
    const chunks = cut(said.map((id) => (id === comma ? ',' : id)).join(' '));
    expect(chunks.flatMap(wordsOf)).toEqual(said);
    for (const { ids, weights } of chunks) expect([ids.length, weights.length]).toEqual([77, 77]);
  }
});

describe('a comma near the end of a full chunk', () => {
  it('takes what follows it along into the next', () => {
    const prompt = [...numbers(100, 169), ',', ...numbers(200, 209)].join(' ');
    expect(cut(prompt).map(wordsOf)).toEqual([[...numbers(100, 169), comma], numbers(200, 209)]);
  });

  it('more than 20 words back does not', () => {
    const prompt = [...numbers(100, 153), ',', ...numbers(200, 229)].join(' '); // at place 54: 21 back
    expect(wordsOf(cut(prompt)[0]!)).toHaveLength(75);
    const nearer = [...numbers(100, 154), ',', ...numbers(200, 229)].join(' '); // at place 55: 20 back
    expect(wordsOf(cut(nearer)[0]!)).toHaveLength(56);
  });

  it('keeps weights with their words', () => {
    const chunks = cut([...numbers(100, 169), ',', `(${numbers(200, 209).join(' ')}:1.5)`].join(' '));
    expect(chunks[1]!.weights.slice(0, 12)).toEqual([1, ...Array(10).fill(1.5), 1]);
  });
});

it('BREAK begins a new chunk', () => {
  expect(cut('11 BREAK 12 13', 4).map(wordsOf)).toEqual([[11], [12, 13]]);
});

it('never cuts a textual inversion in two', () => {
  expect(cut('11 12 13 <3> 14', 5).map(wordsOf)).toEqual([
    [11, 12, 13],
    [7, 7, 7, 14],
  ]);
});

it('a tokenizer that does not chunk gets one row and loses the rest', () => {
  const t5: Tokenizer = {
    ...{ room: 3, tokens },
    encode: (text) => [...tokens(text).slice(0, 3), end, pad, pad, pad].slice(0, 4),
  };
  expect(chunksOf(parseEmphasis('11 (12:2)'), t5)).toEqual([{ ids: [11, 12, end, pad], weights: [1, 2, 1, 1] }]);
  expect(chunksOf(parseEmphasis('11 BREAK 12 13 14'), t5)).toEqual([{ ids: [11, 12, 13, end], weights: [1, 1, 1, 1] }]);
});
