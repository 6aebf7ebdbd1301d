/** The obscenity library's English list, of which only what is sexual or hateful counts here: swearing is not refused. */
import { DataSet, englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';

const SEXUAL = new Set([
  'bestiality', 'blowjob', 'buttplug', 'cunt', 'deepthroat', 'dildo', 'doggystyle', 'double penetration', 'ejaculate', 'fellatio',
  'finger bang', 'gangbang', 'handjob', 'hentai', 'jerk off', 'jizz', 'masturbate', 'orgasm', 'porn', 'vagina', 'whore',
]); // biome-ignore format: a list
const HATE = new Set(['kike', 'nigger']);

const matcherFor = (wanted: ReadonlySet<string>) => {
  const dataset = new DataSet<{ originalWord: string }>()
    .addAll(englishDataset)
    .removePhrasesIf(({ metadata }) => !wanted.has(metadata?.originalWord ?? ''))
    .build();
  const matcher = new RegExpMatcher({ ...dataset, ...englishRecommendedTransformers });
  return (text: string) => matcher.hasMatch(text);
};

export const OBSCENITIES = { sexual: matcherFor(SEXUAL), hate: matcherFor(HATE) };
