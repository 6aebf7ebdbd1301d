import { describe, expect, it } from 'vitest';
import { createTokenizer } from '../../../src/engine/diffusion/tokenizer.ts';

/** CLIP's construction in small: 256 byte characters, the same with a word end, merges, start, end. */
const MERGES = ['c a', 'ca t</w>', 'd o', 'do g</w>', 'c at</w>', "' t</w>", 'a t</w>', 'Ã ©</w>', '! !</w>'];
const PLAIN = [...Array(94).keys()].map((i) => i + 33).concat([...Array(12).keys()].map((i) => i + 161));
const bytes = [
  ...PLAIN.map((b) => String.fromCharCode(b)),
  ...[...Array(82).keys()].map((i) => String.fromCharCode(i + 174)),
  ...[...Array(68).keys()].map((i) => String.fromCharCode(256 + i)),
];
const tokens = [
  ...bytes,
  ...bytes.map((c) => `${c}</w>`),
  ...MERGES.map((pair) => pair.replace(' ', '')),
  '<|startoftext|>',
  '<|endoftext|>',
];
const ids = Object.fromEntries(tokens.map((token, id) => [token, id]));
const tokenizer = (length = 8, pad?: string) => createTokenizer({ ids, merges: MERGES, length, ...(pad && { pad }) });
const spelled = (text: string) =>
  tokenizer()
    .tokens(text)
    .map((id) => tokens[id]);

it('has a token for every byte', () => {
  expect(tokens.length).toBe(512 + MERGES.length + 2);
  expect(spelled('日')).toEqual(['æ', 'Ĺ', '¥</w>']);
});

it('joins the earliest-learned pair first', () => {
  expect(spelled('cat')).toEqual(['cat</w>']); // by "c a" then "ca t", although "a t</w>" would fit too
  expect(spelled('dogcat')).toEqual(['do', 'g', 'cat</w>']);
});

it('ignores case, and runs of white space', () => {
  expect(tokenizer().tokens(' A\tCAT\n dog ')).toEqual(tokenizer().tokens('a cat dog'));
});

it('takes every digit for a word, and keeps punctuation together', () => {
  expect(spelled('12')).toEqual(['1</w>', '2</w>']);
  expect(spelled('cat!!')).toEqual(['cat</w>', '!!</w>']);
});

it('splits English endings off', () => {
  expect(spelled("cat't")).toEqual(['cat</w>', "'t</w>"]);
});

it('composes letters and accents: é is one character however it was typed', () => {
  expect(spelled('é')).toEqual(['Ã©</w>']);
  expect(spelled('e\u0301')).toEqual(['Ã©</w>']);
});

it('lowers letter by letter, as the fast tokenizer does', () => {
  expect(tokenizer().tokens('İ')).toEqual(tokenizer().tokens('i\u0307'));
  expect(tokenizer().tokens('ΣΑΣ')).toEqual(tokenizer().tokens('σασ')); // no final ς
});

describe('encode', () => {
  const [start, end] = [ids['<|startoftext|>']!, ids['<|endoftext|>']!];

  it('gives exactly the length: start, words, end, and end as padding', () => {
    expect(tokenizer().encode('cat')).toEqual([start, ids['cat</w>'], end, end, end, end, end, end]);
    expect(tokenizer().encode('')).toEqual([start, ...Array(7).fill(end)]);
  });

  it('cuts what does not fit and still ends', () => {
    const row = tokenizer().encode('cat cat cat cat cat cat cat cat');
    expect(row).toEqual([start, ...Array(6).fill(ids['cat</w>']), end]);
  });

  it('pads with another token where the model says so', () => {
    expect(tokenizer(5, '!').encode('cat')).toEqual([start, ids['cat</w>'], end, 0, 0]);
  });

  it('takes its special tokens out of a text', () => {
    expect(tokenizer().tokens('cat<|endoftext|>dog')).toEqual([ids['cat</w>'], end, ids['dog</w>']]);
  });
});

describe('textual inversions', () => {
  const added = new Map([
    ['<toy-cat>', [900, 901, 902]],
    ['<ink>', [903]],
  ]);
  const taught = createTokenizer({ ids, merges: MERGES, length: 8, added });

  it('stand for their own ids, in any case, beside words', () => {
    expect(taught.tokens('a <Toy-Cat>, cat')).toEqual([
      ...taught.tokens('a'),
      ...[900, 901, 902],
      ...taught.tokens(', cat'),
    ]);
    expect(taught.chunks?.groups('<ink> cat <toy-cat>')).toEqual([[903], [ids['cat</w>']], [900, 901, 902]]);
  });

  it('unknown ones are words like others', () => {
    expect(taught.tokens('<dog>')).toEqual(tokenizer().tokens('<dog>'));
  });
});
