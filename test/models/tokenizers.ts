/** Tokenizers for tiny models: CLIP's with the built-in model's words, and T5's with some of its own. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WORDS = fileURLToPath(new URL('../../models/sticker-diffusion/tokenizer', import.meta.url));
export const CLIP_WORDS = 3514;

export function writeClipTokenizer(folder: string, length: number, pad = '<|endoftext|>'): void {
  mkdirSync(folder, { recursive: true });
  for (const file of ['vocab.json', 'merges.txt']) copyFileSync(join(WORDS, file), join(folder, file));
  const config = { model_max_length: length, pad_token: pad, tokenizer_class: 'CLIPTokenizer' };
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
}

/** Unigrams with their log probabilities, in the form of T5's tokenizer.json. */
export const T5_PIECES: readonly [string, number][] = [
  ['<pad>', 0],
  ['</s>', 0],
  ['<unk>', 0],
  ['▁', -3],
  ['▁a', -3.5],
  ['▁red', -6],
  ['▁apple', -7],
  ['s', -4],
  ['▁app', -8],
  ['le', -5],
  ['▁on', -5],
  ['▁blue', -6.5],
  ['▁sky', -7],
  ...[...'abcdefghijklmnopqrtuvwxyz0123456789'].map((letter): [string, number] => [letter, -9]),
];

export function writeT5Tokenizer(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const added = ['<pad>', '</s>', '<unk>'].map((content, id) => ({ id, content, special: true, normalized: false }));
  const json = {
    version: '1.0',
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'WhitespaceSplit' },
        { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', add_prefix_space: true },
      ],
    },
    post_processor: null,
    decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', add_prefix_space: true },
    model: { type: 'Unigram', unk_id: 2, vocab: T5_PIECES },
  };
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(json));
  const config = { tokenizer_class: 'T5Tokenizer', pad_token: '<pad>', eos_token: '</s>', unk_token: '<unk>' };
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
}
