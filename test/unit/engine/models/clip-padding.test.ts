/** What CLIP tokenizers fill up with: the end again, or "!" for those who learned it so, whichever file says it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadTokenizer } from '../../../../src/engine/diffusion/tokenizer.ts';
import { writeClipTokenizer } from '../../../models/tokenizers.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clip-'));
  writeClipTokenizer(folder, 8);
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (file: string, content: object) => writeFileSync(join(folder, file), JSON.stringify(content));
const padding = async () => {
  const tokenizer = await loadTokenizer(folder);
  const [, end, last] = tokenizer.encode(''); // start, end, padding
  return last === end ? 'end' : last;
};
const bang = 0; // "!" is the first character of the alphabet

it('the end, where nothing else is said', async () => {
  expect(await padding()).toBe('end');
});

it('as special_tokens_map.json says in older files', async () => {
  put('special_tokens_map.json', { pad_token: '!' });
  expect(await padding()).toBe(bang);
  put('special_tokens_map.json', { pad_token: { content: '!', lstrip: false } });
  expect(await padding()).toBe(bang);
});

it('as tokenizer_config.json says in newer ones, which list their added tokens', async () => {
  put('special_tokens_map.json', { pad_token: '<|endoftext|>' });
  put('tokenizer_config.json', { model_max_length: 8, pad_token: '!', added_tokens_decoder: {} });
  expect(await padding()).toBe(bang);
});
