/** Everything a prompt may come to say, in plain words without syntax: what moderation reads beside what was typed. */
import { parseComposition } from '../../../core/composition.ts';
import { AppError } from '../../../core/errors.ts';
import { alternatives } from './alternatives.ts';
import { parseEmphasis } from './emphasis.ts';

/** Signs: no phrase that moderation knows is longer. */
const REACH = 80;
/** Signs of text, which takes a fifth of a second to judge. */
const MOST = 60_000;

/** Throws AppError for prompts that could say too much for anyone to read. */
export function readingsOf(prompt: string): string[] {
  const texts = parseComposition(prompt).flatMap(({ text }) => {
    const ways = alternatives(text, REACH, MOST);
    if (ways) return ways;
    throw new AppError(
      'invalid_request',
      'This prompt could come to say too many different things. Use fewer [a|b] and [a:b:0.5] beside each other.',
    );
  });
  return [...new Set(texts.map(plain))];
}

const plain = (text: string): string =>
  parseEmphasis(text)
    .map((piece) => (piece === 'break' ? ' ' : piece.text))
    .join('')
    .trim();
