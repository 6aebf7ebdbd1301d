/** T5's words: the likeliest way to cut a text into known pieces. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadT5Tokenizer } from '../../../../src/engine/diffusion/t5-tokenizer.ts';
import type { Tokenizer } from '../../../../src/engine/diffusion/tokenizer.ts';
import { T5_PIECES, writeT5Tokenizer } from '../../../models/tokenizers.ts';

let folder: string;
let tokenizer: Tokenizer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 't5-'));
  writeT5Tokenizer(folder);
  tokenizer = await loadT5Tokenizer(folder, 16);
});
afterAll(() => rmSync(folder, { recursive: true }));

const piece = (id: number) => T5_PIECES[id]![0];
const scores = new Map(T5_PIECES);

/** Every way to cut a word, the best sum of log probabilities. */
function best(word: string): number {
  if (word === '') return 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let n = 1; n <= word.length; n++) {
    const score = scores.get(word.slice(0, n));
    if (score !== undefined) most = Math.max(most, score + best(word.slice(n)));
  }
  return most;
}

it('takes the likeliest pieces, spaces as the first letter of words', () => {
  expect(tokenizer.tokens('a red apple').map(piece)).toEqual(['▁a', '▁red', '▁apple']);
  expect(tokenizer.tokens('red apples on blue').map(piece)).toEqual(['▁red', '▁apple', 's', '▁on', '▁blue']);
});

it.each(['apples', 'applesauce', 'reds', 'skyblue', 'onred7'])('cuts %s no worse than any other way', (word) => {
  const cut = tokenizer.tokens(word).map(piece);
  expect(cut.join('')).toBe(`▁${word}`);
  expect(cut.reduce((sum, part) => sum + scores.get(part)!, 0)).toBeCloseTo(best(`▁${word}`), 9);
});

it('fills up to its length: words, end, padding, no start', () => {
  const ids = tokenizer.encode('a red apple');
  expect(ids).toHaveLength(16);
  expect(ids.map(piece).slice(0, 5)).toEqual(['▁a', '▁red', '▁apple', '</s>', '<pad>']);
});

it('cuts long texts, and still ends them', () => {
  const ids = tokenizer.encode('red '.repeat(40));
  expect(ids).toHaveLength(16);
  expect(piece(ids.at(-1)!)).toBe('</s>');
});

it('says what tokenizer.json lacks', async () => {
  const broken = mkdtempSync(join(tmpdir(), 't5-'));
  writeT5Tokenizer(broken);
  writeFileSync(
    join(broken, 'tokenizer_config.json'),
    JSON.stringify({ tokenizer_class: 'T5Tokenizer', eos_token: '<end>' }),
  );
  await expect(loadT5Tokenizer(broken, 16)).rejects.toThrow(/<end>/);
  rmSync(broken, { recursive: true });
});
