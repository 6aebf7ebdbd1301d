/** CLIP's byte-level BPE (Radford et al. 2021), with the behaviour of Hugging Face's fast tokenizer. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export interface Tokenizer {
  /** Ids a prompt has room for, start and end not counted. */
  room: number;
  /** The words' ids, all of them, without start, end or padding. */
  tokens(text: string): number[];
  /** Exactly `length` ids: start, words (cut to fit), end, padding. */
  encode(text: string): number[];
  /** What cutting a long prompt into several rows takes; T5 has none of it. */
  chunks?: {
    /** The words' ids as `tokens` has them; those of one textual inversion stay together. */
    groups(text: string): number[][];
    start: number;
    end: number;
    pad: number;
    /** The id of a comma that ends a word, where long prompts are best cut. */
    comma: number | undefined;
  };
}

interface Vocabulary {
  ids: Readonly<Record<string, number>>;
  merges: readonly string[];
  length: number;
  pad?: string;
  /** Textual inversions: `<name>` in lower case → the ids that stand for it. */
  added?: ReadonlyMap<string, readonly number[]>;
}

const START = '<|startoftext|>';
const END = '<|endoftext|>';
const WORD = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu; // every digit is a word of its own
const WORD_END = '</w>';

export function createTokenizer({ ids, merges, length, pad = END, added = new Map() }: Vocabulary): Tokenizer {
  const rank = new Map(merges.map((pair, i) => [pair, i]));
  const alphabet = byteAlphabet();
  const known = new Map<string, number[]>();
  const [start, end] = [ids[START]!, ids[END]!];
  const padding = ids[pad] ?? end;
  const whole = new Map<string, readonly number[]>([[START, [start]], [END, [end]], ...added]);
  const special = new RegExp(`(${[...whole.keys()].map(literally).join('|')})`, 'i');

  const wordIds = (word: string): number[] => {
    const seen = known.get(word);
    if (seen) return seen;
    const symbols = [...new TextEncoder().encode(word)].map((byte) => alphabet[byte]!);
    symbols.push(symbols.pop()! + WORD_END);
    const found = merged(symbols, rank).map((token) => ids[token] ?? end);
    if (known.size < 10_000) known.set(word, found);
    return found;
  };

  const groups = (text: string): number[][] =>
    text.split(special).flatMap((part) => {
      const together = whole.get(part.toLowerCase());
      if (together) return [[...together]];
      const words = [...part.normalize('NFC')].map((c) => c.toLowerCase()).join('');
      return (words.match(WORD) ?? []).flatMap(wordIds).map((id) => [id]);
    });
  const tokens = (text: string) => groups(text).flat();

  return {
    room: length - 2,
    tokens,
    encode(text) {
      const row = [start, ...tokens(text).slice(0, length - 2), end];
      return [...row, ...Array<number>(length - row.length).fill(padding)];
    },
    chunks: { groups, start, end, pad: padding, comma: ids[`,${WORD_END}`] },
  };
}

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Joins neighbours, the earliest-learned pair first, until no known pair is left. */
function merged(symbols: string[], rank: ReadonlyMap<string, number>): string[] {
  for (;;) {
    let best = Number.POSITIVE_INFINITY;
    let pair: [string, string] | undefined;
    for (let i = 0; i + 1 < symbols.length; i++) {
      const r = rank.get(`${symbols[i]} ${symbols[i + 1]}`);
      if (r !== undefined && r < best) {
        best = r;
        pair = [symbols[i]!, symbols[i + 1]!];
      }
    }
    if (!pair) return symbols;
    const [left, right] = pair;
    const joined: string[] = [];
    for (let i = 0; i < symbols.length; i++) {
      if (symbols[i] === left && symbols[i + 1] === right) {
        joined.push(left + right);
        i++;
      } else joined.push(symbols[i]!);
    }
    symbols = joined;
  }
}

/** A printable character for every byte, as GPT-2 chose them: printable Latin-1 stands for itself, the rest from U+0100 on. */
function byteAlphabet(): string[] {
  const plain = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte !== 173);
  let extra = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(plain(byte) ? byte : extra++));
}

const Token = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]);
const Settings = z.object({
  model_max_length: z.number().int().min(3).max(512).default(77),
  pad_token: Token.default(END),
  /** Of newer files, which have everything in one place. */
  added_tokens_decoder: z.unknown().optional(),
});
const Specials = z.object({ pad_token: Token.optional() });

/**
 * From a diffusers tokenizer folder: vocab.json, merges.txt, tokenizer_config.json, special_tokens_map.json, whose word
 * counts in older files (Stable Diffusion 2 pads with "!", and only there does it say so); `added`: textual inversions.
 */
export async function loadTokenizer(
  folder: string,
  added: ReadonlyMap<string, readonly number[]> = new Map(),
): Promise<Tokenizer> {
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const [vocabulary, merges, settings, specials] = await Promise.all([
    read('vocab.json'),
    read('merges.txt'),
    read('tokenizer_config.json'),
    read('special_tokens_map.json').catch(() => '{}'),
  ]);
  const { model_max_length: length, pad_token, added_tokens_decoder } = Settings.parse(JSON.parse(settings));
  const said = added_tokens_decoder === undefined ? Specials.parse(JSON.parse(specials)).pad_token : undefined;
  const pad = said ?? pad_token;
  const pairs = merges.split('\n').filter((line) => line.trim() && !line.startsWith('#version'));
  const ids = z.record(z.string(), z.number().int()).parse(JSON.parse(vocabulary));
  return createTokenizer({ ids, merges: pairs, length, pad, added });
}
