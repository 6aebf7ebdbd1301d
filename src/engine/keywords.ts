/** What people call things: the keywords that Unicode's emoji annotations (CLDR, by way of emojibase) give to each picture. */
import { createRequire } from 'node:module';
import { z } from 'zod';

const Emoji = z.object({ label: z.string(), tags: z.array(z.string()).default([]) });
type Emoji = z.infer<typeof Emoji>;

export const loadEmoji = (): Emoji[] =>
  z.array(Emoji).parse(createRequire(import.meta.url)('emojibase-data/en/compact.json'));

const MOST_CLAIMS = 2; // "animal" says nothing; "kitten" does

/** keyword → the subject it stands for, where that is clear. */
export function keywordsOf(subjects: readonly string[], emoji: readonly Emoji[]): Map<string, string> {
  const claims = new Map<string, Set<string>>();
  for (const { label, tags } of emoji) {
    const subject = subjectOf(label.toLowerCase(), subjects);
    if (!subject) continue;
    for (const keyword of [label, ...tags].map((word) => word.toLowerCase()))
      claims.set(keyword, (claims.get(keyword) ?? new Set()).add(subject));
  }
  const clear = [...claims].filter(([, claimed]) => claimed.size <= MOST_CLAIMS);
  return new Map(clear.map(([keyword, [first]]) => [keyword, first!]));
}

/** An emoji is a subject's when its label is the subject's name, with at most "face", "red" or the like around it. */
function subjectOf(label: string, subjects: readonly string[]): string | undefined {
  const plain = label.replace(/ face$|^(red|blue|wrapped|alarm) /, '');
  return subjects.find((subject) => subject === label) ?? subjects.find((subject) => subject === plain);
}
