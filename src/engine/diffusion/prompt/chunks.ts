/** Long prompts in several rows of the text encoder's own length, cut as Automatic1111 cuts them. */
import type { Tokenizer } from '../tokenizer.ts';
import type { Piece } from './emphasis.ts';

/** One row for a text encoder. */
export interface Chunk {
  ids: readonly number[];
  /** Of every id; 1 at start, end and padding. */
  weights: readonly number[];
}

/** How far back a full chunk is cut at a comma, so that what it leads to stays in one piece. */
const BACKTRACK = 20;

interface Open {
  ids: number[];
  weights: number[];
  /** Where its last comma stands. */
  comma: number;
}

/** At least one chunk. Tokenizers that cannot chunk (T5) give one row and cut what does not fit. */
export function chunksOf(pieces: readonly Piece[], tokenizer: Tokenizer): Chunk[] {
  const { chunks: rules, room } = tokenizer;
  if (!rules) return [oneRow(pieces, tokenizer)];
  const done: Chunk[] = [];
  let open: Open = { ids: [], weights: [], comma: -1 };
  const close = (next: Open = { ids: [], weights: [], comma: -1 }) => {
    const padding = Array<number>(room - open.ids.length).fill(rules.pad);
    done.push({
      ids: [rules.start, ...open.ids, rules.end, ...padding],
      weights: [1, ...open.weights, 1, ...padding.map(() => 1)],
    });
    open = next;
  };
  for (const piece of pieces) {
    if (piece === 'break') {
      close();
      continue;
    }
    for (const group of rules.groups(piece.text).map((ids) => ids.slice(0, room))) {
      const isComma = group.length === 1 && group[0] === rules.comma;
      if (isComma) open.comma = open.ids.length;
      else if (open.ids.length === room && open.comma >= 0 && room - open.comma <= BACKTRACK) {
        const rest = { ids: open.ids.splice(open.comma + 1), weights: open.weights.splice(open.comma + 1), comma: -1 };
        close(rest);
      }
      if (open.ids.length + group.length > room) close();
      open.ids.push(...group);
      open.weights.push(...group.map(() => piece.weight));
    }
  }
  if (open.ids.length > 0 || done.length === 0) close();
  return done;
}

/** Words, end, padding. BREAK is a space. */
function oneRow(pieces: readonly Piece[], { tokens, encode, room }: Tokenizer): Chunk {
  const empty = encode('');
  const said = pieces.filter((piece) => piece !== 'break').map(({ text, weight }) => ({ ids: tokens(text), weight }));
  const ids = said.flatMap((piece) => piece.ids).slice(0, room);
  const weights = said.flatMap((piece) => piece.ids.map(() => piece.weight)).slice(0, room);
  const padding = empty.slice(0, empty.length - ids.length);
  return { ids: [...ids, ...padding], weights: [...weights, ...padding.map(() => 1)] };
}

/** A chunk without words, for a prompt that is shorter than its counterpart. */
export const emptyChunk = (tokenizer: Tokenizer): Chunk => chunksOf([], tokenizer)[0]!;
