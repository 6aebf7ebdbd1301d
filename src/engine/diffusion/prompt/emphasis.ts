/** Weights of words as Automatic1111 writes them: `(a)` × 1.1, `[a]` ÷ 1.1, `(a:1.3)`, `\(` for the sign itself. */

/** Text of one weight, or the end of a chunk. */
export type Piece = { text: string; weight: number } | 'break';

const SIGN = /\\[()[\]\\]|\\|\(|\[|:\s*([+-]?[.\d]+)\s*\)|\)|\]|[^\\()[\]:]+|:/g;
const BREAK = /\s*\bBREAK\b\s*/;
const MORE = 1.1;

/** Brackets multiply; those left open reach to the end, those never opened are text. Never empty. */
export function parseEmphasis(prompt: string): Piece[] {
  const pieces: Piece[] = [];
  const opened: Record<'(' | '[', number[]> = { '(': [], '[': [] };
  const say = (text: string) => pieces.push({ text, weight: 1 });
  const multiply = (from: number, factor: number) => {
    for (let i = from; i < pieces.length; i++) {
      const piece = pieces[i]!;
      if (piece !== 'break') pieces[i] = { text: piece.text, weight: piece.weight * factor };
    }
  };
  for (const [sign, weight] of prompt.matchAll(SIGN)) {
    if (sign.startsWith('\\')) say(sign.slice(1));
    else if (sign === '(' || sign === '[') opened[sign].push(pieces.length);
    else if (weight !== undefined && opened['('].length > 0 && !Number.isNaN(Number(weight)))
      multiply(opened['('].pop()!, Number(weight));
    else if (sign === ')' && opened['('].length > 0) multiply(opened['('].pop()!, MORE);
    else if (sign === ']' && opened['['].length > 0) multiply(opened['['].pop()!, 1 / MORE);
    else
      for (const [i, part] of sign.split(BREAK).entries()) {
        if (i > 0) pieces.push('break');
        say(part);
      }
  }
  for (const from of opened['(']) multiply(from, MORE);
  for (const from of opened['[']) multiply(from, 1 / MORE);
  return joined(pieces);
}

/** Neighbours of one weight are one piece; white space at the end of a chunk is nothing. */
function joined(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (piece !== 'break' && last && last !== 'break' && last.weight === piece.weight)
      out[out.length - 1] = { text: last.text + piece.text, weight: piece.weight };
    else out.push(piece);
  }
  const trimmed = out.map((piece, i) => {
    if (piece === 'break') return piece;
    const text = out[i + 1] === 'break' ? piece.text.trimEnd() : piece.text;
    return { text: out[i - 1] === 'break' ? text.trimStart() : text, weight: piece.weight };
  });
  const said = trimmed.filter((piece) => piece === 'break' || piece.text !== '');
  if (said.length < pieces.length && said.length > 0) return joined(said); // what is neighbours now
  return said.length > 0 ? said : [{ text: '', weight: 1 }];
}

/** A prompt that parses to these pieces. */
export const printEmphasis = (pieces: readonly Piece[]): string =>
  pieces
    .map((piece) => {
      if (piece === 'break') return ' BREAK ';
      const text = escaped(piece.text);
      return piece.weight === 1 ? text : `(${text}:${decimal(piece.weight)})`;
    })
    .join('');

/** The text with its brackets meant as brackets. */
export const escaped = (text: string): string => text.replace(/[()[\]\\]/g, '\\$&');

/** Without an exponent, which the grammar does not know. */
const decimal = (weight: number): string => (/e/.test(String(weight)) ? weight.toFixed(20) : String(weight));
