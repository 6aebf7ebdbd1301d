/** Words left to chance: `__animal__` is a line of the list of that name, `{a|b}` one of the two. */
import { createHash } from 'node:crypto';
import { AppError } from '../../../core/errors.ts';

/** A whole number below `below`. */
export type Chance = (below: number) => number;

/** The same numbers for the same seed and purpose. */
export function createChance(seed: number, purpose: string): Chance {
  let drawn = 0;
  return (below) => {
    const hash = createHash('sha256').update(`${purpose} ${seed} ${drawn++}`).digest();
    return Number(hash.readBigUInt64BE() % BigInt(below));
  };
}

/** The lines of a list. Throws AppError for one that does not exist. */
export type Lists = (name: string) => readonly string[];

const MOST_DRAWS = 200;
const WILDCARD = /__((?:[\p{L}\p{N}/-]|_(?!_))+)__/u;
const CHOICE = /\{([^{}]*\|[^{}]*)\}/;

/** From left to right, lists before choices; what is drawn may hold either again. */
export function drawWords(prompt: string, lists: Lists, chance: Chance): string {
  let text = prompt;
  for (let draws = 0; ; draws++) {
    const found = WILDCARD.exec(text) ?? CHOICE.exec(text);
    if (!found) return text;
    if (draws === MOST_DRAWS)
      throw new AppError(
        'invalid_request',
        `The prompt draws from lists more than ${MOST_DRAWS} times: perhaps ${found[0]} names itself.`,
      );
    const options = found[0].startsWith('_') ? lists(found[1]!) : barred(found[1]!);
    const drawn = options[chance(options.length)] ?? '';
    text = text.slice(0, found.index) + drawn.trim() + text.slice(found.index + found[0].length);
  }
}

/** Split at bars that stand in no brackets: those of `[a|b]` alternate. */
function barred(text: string): string[] {
  const options = [''];
  let depth = 0;
  for (const sign of text) {
    if (sign === '[' || sign === '(') depth++;
    if (sign === ']' || sign === ')') depth = Math.max(0, depth - 1);
    if (sign === '|' && depth === 0) options.push('');
    else options[options.length - 1] += sign;
  }
  return options;
}
