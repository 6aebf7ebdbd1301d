/** T5's SentencePiece unigrams (Kudo & Richardson 2018), from a Hugging Face tokenizer.json. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer as HuggingFace } from '@huggingface/tokenizers';
import { z } from 'zod';
import type { Tokenizer } from './tokenizer.ts';

const Settings = z.object({ pad_token: z.string().default('<pad>'), eos_token: z.string().default('</s>') });

/** `length` ids: words (cut to fit), end, padding. There is no start token. */
export async function loadT5Tokenizer(folder: string, length: number): Promise<Tokenizer> {
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8'));
  const settings = z.looseObject({}).parse(await read('tokenizer_config.json'));
  const tokenizer = new HuggingFace(z.looseObject({}).parse(await read('tokenizer.json')), settings);
  const { pad_token, eos_token } = Settings.parse(settings);
  const [pad, end] = [pad_token, eos_token].map((token) => tokenizer.token_to_id(token));
  if (pad === undefined || end === undefined)
    throw new TypeError(`tokenizer.json has no ${pad === undefined ? pad_token : eos_token}`);
  const tokens = (text: string) => tokenizer.encode(text, { add_special_tokens: false }).ids;
  return {
    room: length - 1,
    tokens,
    encode(text) {
      const row = [...tokens(text).slice(0, length - 1), end];
      return [...row, ...Array<number>(length - row.length).fill(pad)];
    },
  };
}
