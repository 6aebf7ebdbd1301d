/** Everything a prompt may come to say, in plain words without syntax: what moderation reads beside what was typed. */

import { parseComposition } from '../../../core/composition.ts';
import { AppError } from '../../../core/errors.ts';
import { alternatives } from './editing.ts';
import { parseEmphasis } from './emphasis.ts';

const MOST = 256;

/** Throws AppError for prompts that could say too much for anyone to read. */
export function readingsOf(prompt: string): string[] {
  const texts = parseComposition(prompt).flatMap(({ text }) => {
    const ways = alternatives(text, MOST);
    if (ways) return ways;
    throw new AppError(
      'invalid_request',
      `This prompt can come to say more than ${MOST} different things. Use fewer [a|b] and [a:b:0.5].`,
    );
  });
  return [...new Set(texts.map(plain))];
}

const plain = (text: string): string =>
  parseEmphasis(text)
    .map((piece) => (piece === 'break' ? ' ' : piece.text))
    .join('')
    .trim();
