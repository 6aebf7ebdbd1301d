/** What a prompt says once its disguises are off. Every step is one pass over the text. */
import { foldConfusables } from './confusables.ts';

/** Invisible: format characters, marks, variation selectors, tags; then look-alikes, case and A1111's keywords. */
function unmask(text: string): string {
  const visible = text
    .normalize('NFKC')
    .normalize('NFD')
    .replace(/[\p{Cf}\p{M}]/gu, '');
  return foldConfusables(visible)
    .replace(/\b(?:BREAK|AND)\b/g, ' ')
    .toLowerCase();
}

const LEET: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  8: 'b',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'i',
  '€': 'e',
};

/** Digits and signs read as letters, in words that have letters. */
const unleet = (text: string): string =>
  text
    .replace(/\|\\{1,2}\|/g, 'n')
    .replaceAll('|v|', 'm')
    .replaceAll('|_|', 'u')
    .replace(/[^\s,;.()[\]{}<>:_-]+/gu, (word) =>
      /\p{L}/u.test(word) ? word.replace(/[0134578@$!|€]/g, (sign) => LEET[sign]!) : word,
    );

/** Only letters and digits, one space between words, no letter more than twice in a row. */
const tidy = (text: string): string =>
  ` ${text
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/(\p{L})\1{2,}/gu, '$1$1')
    .trim()} `;

/** Signs of the prompt syntax and of quotation, which may stand inside a word: ((po)(rn)), po+rn. */
const WITHIN_WORDS = /[()[\]{}<>+*"'`´’^~]/g;

export interface Readings {
  /** Ways to read the prompt, each ` word word ` in lower case with spaces at both ends. */
  straight: string[];
  /** Backwards and by rot13: only the plainest words are looked for here. */
  oblique: string[];
}

const PRINTABLE = /^[\x20-\x7e]+$/;

/** Words that are base64 of something readable. */
const unpacked = (text: string): string[] =>
  (text.match(/[A-Za-z0-9+/]{8,}={0,2}/g) ?? [])
    .map((word) => Buffer.from(word, 'base64').toString('latin1'))
    .filter((decoded) => PRINTABLE.test(decoded));

const rot13 = (text: string): string =>
  text.replace(/[a-z]/g, (c) => String.fromCharCode(((c.charCodeAt(0) - 97 + 13) % 26) + 97));

/** All ways to read a prompt that a rule should see. */
export function readings(prompt: string): Readings {
  const plain = unmask(prompt);
  const letters = unleet(plain);
  const straight = [plain, letters].flatMap((text) => [
    tidy(text.replace(WITHIN_WORDS, '')),
    tidy(text.replace(WITHIN_WORDS, ' ')),
  ]);
  const spelt = straight.map((text) =>
    text.replace(/(?<= )(?:\p{L} ){3,}/gu, (letters) => `${letters.replaceAll(' ', '')} `),
  );
  const oblique = [[...tidy(letters.replace(WITHIN_WORDS, ''))].reverse().join(''), rot13(straight[0]!)];
  return {
    straight: [...new Set([...straight, ...spelt, ...unpacked(prompt).map((text) => tidy(unmask(text)))])],
    oblique,
  };
}

/** A word or phrase of a rule, disguised by the same steps so that it meets the prompt on equal terms. */
export const normaliseTerm = (term: string): string => tidy(unmask(term)).trim();
