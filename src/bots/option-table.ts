/** The options of a command as one table: every platform's command, modal, help and parser are made from it. */
import { AppError } from '../core/errors.ts';
import { type Kind, Request, type RequestOf } from '../core/request.ts';

export interface Option {
  /** `picture`: one that is attached, handed over as a GivenPicture; it cannot be typed. */
  type: 'text' | 'whole' | 'number' | 'flag' | 'picture';
  /** ≤ 100 characters. */
  description: string;
  aliases?: readonly string[];
  choices?: readonly string[];
  /** Its list is open, and suggested from: of the studio's. */
  suggest?: 'models' | 'styles' | 'brushes' | 'attributes';
  min?: number;
  max?: number;
}

export type OptionTable = Readonly<Record<string, Option>>;
export type Options<T extends OptionTable = OptionTable> = Partial<Record<keyof T & string, unknown>>;

/** `two red apples --seed 7 --no worms` → { prompt, seed: 7, negative }, `main` being prompt. Text runs to the next `--option`. */
export function parse<T extends OptionTable>(table: T, main: keyof T & string, text: string): Options<T> {
  const names = namesOf(table);
  const [first = '', ...rest] = text.split(separator(names));
  const options: Record<string, unknown> = { [main]: first.trim() };
  for (const part of rest) {
    const [, word = '', value = ''] = /^([\w-]+)[=\s]?([\s\S]*)$/.exec(part.trim()) ?? [];
    const name = names.get(word.toLowerCase().replaceAll('-', '_'));
    if (!name || name === main)
      throw new AppError('invalid_request', `There is no option --${word.slice(0, 30)}. ${help(table, main)}`);
    if (table[name]!.type === 'flag') {
      options[name] = true;
      options[main] = `${options[main]} ${value}`.trim(); // what follows a flag still belongs to the prompt
    } else {
      if (!value.trim())
        throw new AppError('invalid_request', `--${word} needs a value behind it: ${table[name]!.description}.`);
      options[name] = value.trim().replace(/^(["'])(.*)\1$/, '$2');
    }
  }
  return options as Options<T>;
}

const namesOf = (table: OptionTable): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(table)
      .filter(([, { type }]) => type !== 'picture')
      .flatMap(([name, { aliases = [] }]) => [name, ...aliases].map((alias) => [alias, name] as const)),
  );

// Phones turn -- into an em dash; before anything but an option's name it is a dash of the prompt.
const separator = (names: ReadonlyMap<string, string>) =>
  new RegExp(`(?:^|\\s)(?:--(?=[a-zA-Z])|—(?=(?:${[...names.keys()].join('|')})\\b))`);

/** `Options: --seed <whole>, …`. */
export const help = (table: OptionTable, main: string): string =>
  `Options: ${Object.entries(table)
    .filter(([name, { type }]) => name !== main && type !== 'picture')
    .map(([name, option]) => (option.type === 'flag' ? `--${name}` : `--${name} <${values(option)}>`))
    .join(', ')}.`;

/** Few choices are named. */
const values = ({ choices, type }: Option): string => (choices && choices.length <= 8 ? choices.join('|') : type);

export const filled = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** What is filled in, each as its type: text from a command line becomes numbers and flags. */
export const typed = <T extends OptionTable>(table: T, options: Options<T>): Options<T> =>
  Object.fromEntries(
    Object.entries(options)
      .filter(([, value]) => filled(value))
      .map(([name, value]) => [name, typedOne(table, name, value)]),
  ) as Options<T>;

function typedOne(table: OptionTable, name: string, value: unknown): unknown {
  const { type } = table[name] ?? {};
  if (typeof value !== 'string') return value;
  if (type === 'flag') return value === 'true' || value === 'yes';
  if (type !== 'whole' && type !== 'number') return value;
  const number = Number(value);
  if (Number.isNaN(number))
    throw new AppError('invalid_request', `“${value.slice(0, 30)}” is not a number: --${name} takes one.`);
  return number;
}

/** A validated Request of that kind. All problems in one AppError('invalid_request'). */
export function checked<K extends Kind>(request: { kind: K } & Record<string, unknown>): RequestOf<K> {
  const parsed = Request.safeParse(request);
  if (parsed.success) return parsed.data as RequestOf<K>;
  const problems = new Set(parsed.error.issues.map(({ message }) => message));
  throw new AppError('invalid_request', [...problems].join(' '), { cause: parsed.error });
}
