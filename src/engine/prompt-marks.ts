/** The signs of the prompt language in a text whose words are about to be exchanged: taken out, and put back. */

export interface Marked {
  /** With one private-use character where each sign stood, and blanks for signs that mean nothing. */
  text: string;
  /** A sign's text, by its character. */
  signs: ReadonlyMap<string, Sign>;
}

export interface Sign {
  text: string;
  kind: 'open' | 'close' | 'between' | 'word';
}

const FIRST = 0xe000;
const PRIVATE = /[\uE000-\uF8FF]/g;
const SYNTAX =
  /\\.|<\p{L}[\p{L}\p{N}._-]*>|:\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*(?=[)\]]|\bAND\b|$)|\b(?:AND|BREAK)\b|[()[\]|:]/gu;

/** Brackets without a partner, colons and bars outside of square ones, and escapes mean nothing. */
export function takeMarks(prompt: string): Marked {
  const plain = prompt.replace(PRIVATE, ' ');
  const found = [...plain.matchAll(SYNTAX)].map((match) => ({ at: match.index, text: match[0] }));
  const meaningful = new Map<number, Sign>();
  const open: { at: number; text: string; inside: { at: number; text: string }[] }[] = [];
  for (const [i, sign] of found.entries()) {
    const { text } = sign;
    const next = found[i + 1];
    const closesWithNumber = text.length > 1 && text.startsWith(':') && next && next.at === sign.at + text.length;
    if (text === '(' || text === '[') open.push({ ...sign, inside: [] });
    else if (text === ')' || text === ']') {
      const last = open.at(-1);
      if (last?.text !== (text === ')' ? '(' : '[')) continue;
      open.pop();
      const [before] = i > 0 ? [found[i - 1]!] : [];
      const number =
        before && /^:.*\d/.test(before.text) && before.at + before.text.length === sign.at ? before : undefined;
      meaningful.set(last.at, { text: last.text, kind: 'open' });
      meaningful.set(sign.at, { text, kind: 'close' });
      if (number) meaningful.set(number.at, { text: number.text.replace(/\s/g, ''), kind: 'close' });
      const isEdit = text === ']' && number;
      for (const inner of last.inside)
        if (text === ']' && (inner.text === '|' || isEdit))
          meaningful.set(inner.at, { text: inner.text, kind: 'between' });
    } else if (text === '|' || text === ':') open.at(-1)?.inside.push(sign);
    else if (text.startsWith('<')) meaningful.set(sign.at, { text, kind: 'word' });
    else if (/^(AND|BREAK)$/.test(text)) meaningful.set(sign.at, { text, kind: 'word' });
    else if (text.startsWith(':') && !closesWithNumber && open.length === 0 && /\bAND\b/.test(plain))
      meaningful.set(sign.at, { text: text.replace(/\s/g, ''), kind: 'word' });
  }
  const signs = new Map<string, Sign>();
  let [text, end] = ['', 0];
  for (const { at, text: typed } of found) {
    const sign = meaningful.get(at);
    const character = String.fromCharCode(FIRST + signs.size);
    text += plain.slice(end, at) + (sign ? character : ' ');
    if (sign) signs.set(character, sign);
    end = at + typed.length;
  }
  return { text: text + plain.slice(end), signs };
}

/** Words and signs as people write them, without what has become empty. */
export function putMarks(words: readonly string[], signs: Marked['signs']): string {
  let text = '';
  let glued = true; // nothing between this and the next word
  for (const word of words) {
    const sign = signs.get(word);
    const close = sign && sign.kind !== 'open' && sign.kind !== 'word';
    text += (glued || close ? '' : ' ') + (sign?.text ?? word);
    glued = sign?.kind === 'open' || sign?.kind === 'between';
  }
  return signs.size > 0 ? withoutEmpty(text) : text;
}

const EMPTY = /\(\s*(?::[^()]*)?\)|\[\s*\]|\[\|+\]|\[:{0,2}[\d.+-]*\]/;

function withoutEmpty(text: string): string {
  let rest = text;
  while (EMPTY.test(rest)) rest = rest.replace(EMPTY, ' ');
  const parts = rest.split(/\bAND\b/).map((part) => part.replace(/\s+/g, ' ').trim());
  return parts.filter((part) => part !== '' && !/^:[\d.+-]+$/.test(part)).join(' AND ');
}
