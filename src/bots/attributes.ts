/** `smile +2, no glasses` → amounts along labelled directions. */
import { AppError } from '../core/errors.ts';
import { choose, type Named } from './closest.ts';

const SAID: Readonly<Record<string, number>> = { no: -1, without: -1, not: -1, less: -1, more: 1, with: 1, very: 2 };
const AMOUNT = String.raw`[+−–-]?\d+(?:\.\d+)?`;

/** Amounts are 1 unless said; `no` and a minus go the other way. Throws invalid_request with what may have been meant. */
export function parseAttributes(text: string, known: readonly Named[]): Record<string, number> {
  const parts = text
    .split(/[,;\n]|\band\b/i)
    .map((part) => part.trim())
    .filter((part) => part);
  return Object.fromEntries(parts.map((part) => one(part, known)));
}

function one(part: string, known: readonly Named[]): [string, number] {
  const [, sign, said, label = '', , amount] =
    new RegExp(`^([+−–-])?\\s*(?:(${Object.keys(SAID).join('|')})\\s+)?(.*?)(\\s*[:=]?\\s*(${AMOUNT}))?$`, 'i').exec(
      part,
    ) ?? [];
  if (!label)
    throw new AppError(
      'invalid_request',
      `“${part.slice(0, 40)}” names no attribute. Type them like: smile +2, no glasses.`,
    );
  const { name } = choose(known, label, 'attribute');
  const direction = (SAID[said?.toLowerCase() ?? ''] ?? 1) * (sign && sign !== '+' ? -1 : 1);
  return [name, direction * (amount === undefined ? 1 : Number(amount.replace(/[−–]/, '-')))];
}

/** As it would be typed. */
export const sayAttributes = (attributes: Readonly<Record<string, number>>): string =>
  Object.entries(attributes)
    .map(([name, amount]) => `${name} ${amount < 0 ? '−' : '+'}${Math.abs(amount)}`)
    .join(', ');

/** A button's detail: `long_hair+1`. */
export const encodeEdit = (name: string, amount: number): string =>
  `${name.replaceAll(' ', '_')}${amount < 0 ? '-' : '+'}${Math.abs(amount)}`;

/** Undefined for what is no edit of an attribute there is. */
export function decodeEdit(detail: string, known: readonly Named[]): (Named & { amount: number }) | undefined {
  const [, label, amount] = /^(.+)([+-]\d+(?:\.\d+)?)$/.exec(detail) ?? [];
  const found = known.find(({ name }) => name.replaceAll(' ', '_') === label);
  return found && { ...found, amount: Number(amount) };
}
