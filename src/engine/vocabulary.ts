/** A model that knows a closed set of words: prompts are put into those, and what could not be is said. */
import { z } from 'zod';
import { bare, keywordsOf, loadEmoji } from './keywords.ts';
import { type Marked, putMarks, takeMarks } from './prompt-marks.ts';

const Subject = z.object({ plural: z.string().optional(), synonyms: z.array(z.string()).default([]) });
type Subject = z.infer<typeof Subject>;

/** A subject's names as a list: its plural first where it has one of its own, then what else it is called. */
const NameList = z
  .array(z.string())
  .transform(
    ([first, ...rest]): Subject => (first === undefined ? { synonyms: [] } : { plural: first, synonyms: rest }),
  );
const words = z.array(z.string()).default([]);

/** vocabulary.json: what the model can draw, the other words it learned, and what else people say for them. */
export const VocabularyFile = z.object({
  subjects: z.record(z.string(), z.union([NameList, Subject])),
  ...{ words, colours: words, backgrounds: words, styles: words, counts: words },
  ...{ positions: words, relations: words, sizes: words },
  synonyms: z.record(z.string(), z.string()).default({}),
});
export type VocabularyFile = z.infer<typeof VocabularyFile>;

export interface Translation {
  prompt: string;
  /** Plain sentences for the person. */
  notes: string[];
  /** Any of its words stands for something. */
  understood: boolean;
}

/** Words that captions are made of, whatever they are about. */
const FRAME =
  'a an the of and to on in at with background style color colour coloured colored side corner center centre middle'.split(
    ' ',
  );

/** What people say for words that such models learn; used where the model knows the second and not the first. */
const COMMON: Readonly<Record<string, string>> = {
  ...{
    grey: 'gray',
    violet: 'purple',
    lilac: 'purple',
    indigo: 'blue',
    navy: 'blue',
    azure: 'blue',
    turquoise: 'cyan',
  },
  ...{ teal: 'cyan', aqua: 'cyan', crimson: 'red', scarlet: 'red', magenta: 'pink', rose: 'pink', gold: 'yellow' },
  ...{ golden: 'yellow', lime: 'green', emerald: 'green', beige: 'brown', tan: 'brown', silver: 'gray' },
  ...{ '1': 'one', '2': 'two', '3': 'three', '4': 'four', five: 'four', six: 'four', seven: 'four', eight: 'four' },
  ...{ '5': 'four', '6': 'four', '7': 'four', '8': 'four', '9': 'four', nine: 'four', ten: 'four' },
  ...{ several: 'three', many: 'four', tiny: 'small', little: 'small', huge: 'big', large: 'big', giant: 'big' },
  ...{ upper: 'top', lower: 'bottom', beside: 'next to', 'on top of': 'above', over: 'above', underneath: 'bottom' },
};

/** Said without meaning a thing that could be drawn. */
const SILENT = new Set(
  'a an the and or of on in at to with for is are it its this that there some any please me my draw show make picture image photo'.split(
    ' ',
  ),
);
const LONGEST_PHRASE = 3;
const SIGN = String.raw`\p{Extended_Pictographic}(?:[\uFE0F\u{1F3FB}-\u{1F3FF}]|\u200D\p{Extended_Pictographic})*`;
const WORDS = new RegExp(`[\\p{L}\\p{N}'’]+|,|[\\uE000-\\uF8FF]|${SIGN}`, 'gu');

export function createVocabulary(file: VocabularyFile, emoji = loadEmoji()): (prompt: string) => Translation {
  const names = Object.keys(file.subjects);
  const lexicon = new Map<string, string>(); // what is said → what the model knows; first entry wins
  const known = new Set<string>();
  const say = (said: string, meant: string) => {
    if (!lexicon.has(said)) lexicon.set(said, meant);
  };
  const pluralOf = (name: string) => file.subjects[name]?.plural ?? plural(name);
  const noun = (said: string, name: string) => {
    say(said, name);
    say(plural(said), pluralOf(name));
  };
  for (const name of names) {
    known.add(name).add(pluralOf(name));
    say(name, name);
    say(pluralOf(name), pluralOf(name));
    say(plural(name), pluralOf(name));
  }
  const { words, colours, backgrounds, styles, counts, positions, relations, sizes } = file;
  const phrases = [FRAME, words, colours, backgrounds, styles, counts, positions, relations, sizes].flat();
  for (const word of phrases.flatMap((phrase) => [phrase, ...phrase.split(' ')]).map((word) => word.toLowerCase())) {
    known.add(word);
    say(word, word);
  }
  for (const [said, meant] of Object.entries({ ...COMMON, ...file.synonyms }))
    if (known.has(meant)) say(said.toLowerCase(), meant);
  const bySynonym = names.flatMap((name) =>
    file.subjects[name]!.synonyms.map((said) => [said.toLowerCase(), name] as const),
  );
  for (const [said, name] of [...bySynonym, ...keywordsOf(names, emoji)]) {
    const says = said.split(' ');
    const isSpelledOut = says.includes(name) && says.every((word) => known.has(word)); // "red apple" is said by its words
    if (!SILENT.has(said) && !isSpelledOut) noun(said, name);
  }

  return (prompt) => translate(prompt, { lexicon, known, names });
}

interface Lexicon {
  lexicon: ReadonlyMap<string, string>;
  known: ReadonlySet<string>;
  names: readonly string[];
}

function translate(prompt: string, { lexicon, known, names }: Lexicon): Translation {
  const { text, signs } = takeMarks(prompt);
  const words = (text.toLowerCase().match(WORDS) ?? []).map((word) => bare(word.replace('’', "'")));
  const out: string[] = [];
  const drawnAs = new Map<string, string>();
  const unknown = new Set<string>();
  let understood = false;
  let left = false; // an unknown word was just left out
  for (let i = 0; i < words.length; ) {
    if (signs.has(words[i]!)) {
      if (left && signs.get(words[i]!)!.kind !== 'open') dropLoose(out, signs);
      left &&= signs.get(words[i]!)!.kind === 'close';
      out.push(words[i++]!);
      continue;
    }
    const phrase = longestPhrase(words, i, lexicon);
    const said = phrase ?? words[i]!;
    i += said.split(' ').length;
    const isContent = said !== ',' && !SILENT.has(said);
    if (isContent && !phrase) {
      unknown.add(said);
      left = true;
      continue;
    }
    if (left && !isContent) dropLoose(out, signs);
    left = false;
    if (!phrase) {
      if (said === ',') out.push(said);
      continue;
    }
    const meant = lexicon.get(phrase)!;
    out.push(meant);
    understood ||= isContent;
    if (!known.has(phrase) && phrase !== meant) drawnAs.set(phrase, meant);
  }
  if (left) dropLoose(out, signs);
  const examples = `It knows ${names.length} things by their English names, such as ${list(names.slice(0, 5), 'and')}.`;
  if (!understood) return { prompt, notes: [`The built-in model knows none of these words. ${examples}`], understood };
  const notes = [...drawnAs].map(([said, meant]) => `The built-in model drew "${said}" as "${meant}".`);
  if (unknown.size > 0)
    notes.push(
      `The built-in model does not know ${list([...unknown].map(quoted), 'or')}; it left ${unknown.size === 1 ? 'it' : 'them'} out.`,
    );
  return { prompt: tidy(out, signs), notes, understood };
}

/** A thing was left out after these: what led up to it means nothing any more. A left-out adjective leads up to its noun. */
function dropLoose(out: string[], signs: Marked['signs']): void {
  for (;;) {
    const last = out.findLastIndex((word) => !signs.has(word) || signs.get(word)!.kind === 'between');
    if (!SILENT.has(out[last] ?? '')) return;
    out.splice(last, 1);
  }
}

function longestPhrase(words: readonly string[], at: number, lexicon: ReadonlyMap<string, string>): string | undefined {
  for (let length = LONGEST_PHRASE; length > 0; length--) {
    const phrase = words.slice(at, at + length).join(' ');
    if (at + length <= words.length && lexicon.has(phrase)) return phrase;
  }
  return undefined;
}

const quoted = (word: string) => `"${word}"`;
const list = (words: readonly string[], last: 'and' | 'or') =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;

/** Articles that fit their new nouns, and no comma without something on both sides. */
const tidy = (words: readonly string[], signs: Marked['signs']) =>
  putMarks(
    words.map((word, i) => {
      if (word !== 'a' && word !== 'an') return word;
      const next = words.slice(i + 1).find((other) => signs.get(other)?.kind !== 'open');
      return /^[aeiou]/.test(next ?? '') ? 'an' : 'a';
    }),
    signs,
  )
    .replace(/ ,/g, ',')
    .replace(/(,\s*)+/g, ', ')
    .replace(/^(and |or |with |of |[,\s]+)+|[,\s]+$/g, '');

/** The regular plural of an English noun. */
export const plural = (noun: string): string =>
  /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : /(s|x|z|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
