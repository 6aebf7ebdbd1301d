/** Lists of words made into one expression. Matching is linear: no term can match in two ways. */
import { normaliseTerm } from './normalise.ts';

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Each single letter may also be doubled (the normaliser left at most two); a double letter stays double. */
const stretched = (word: string) =>
  word.replace(/(\p{L})(\1?)/gu, (_, letter: string, twice: string) => (twice ? `${letter}{2}` : `${letter}{1,2}`));

/** `stem*` also matches longer words. Terms of scripts without spaces match anywhere. */
function expression(term: string): string {
  const stem = term.endsWith('*');
  const normal = normaliseTerm(stem ? term.slice(0, -1) : term);
  if (/[^a-z0-9 ]/.test(normal)) return escaped(normal);
  return ` ${stretched(normal)}${stem ? '[a-z0-9]*' : ''}(?= )`;
}

/** True for a text ` word word ` that has one of the terms. */
export function matcher(terms: readonly string[]): (text: string) => boolean {
  const any = new RegExp(terms.map(expression).join('|'), 'u');
  return (text) => any.test(text);
}

/**
 * For words so plain in meaning that they count wherever they stand: inside another word, or spread over several
 * (`p o r n`, `po rn`) as long as they begin and end where words do.
 */
export function spreadMatcher(terms: readonly string[]): (text: string) => boolean {
  const normal = terms.map(normaliseTerm);
  const inside = new RegExp(normal.map(stretched).join('|'), 'u');
  const spread = new RegExp(normal.map((term) => ` ${[...term].join(' ?')}(?= )`).join('|'), 'u');
  return (text) => inside.test(text) || spread.test(text);
}

/** Takes the terms out of a text ` word word `. */
export function withoutTerms(terms: readonly string[]): (text: string) => string {
  const any = new RegExp(terms.map(expression).join('|'), 'gu');
  return (text) => text.replace(any, '');
}
