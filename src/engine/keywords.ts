/** What people call things: the keywords that Unicode's emoji annotations (CLDR, by way of emojibase) give to each picture. */
import { createRequire } from 'node:module';
import { z } from 'zod';

const Emoji = z.object({
  label: z.string(),
  /** The sign itself. */
  unicode: z.string().optional(),
  tags: z.array(z.string()).default([]),
  group: z.number().optional(),
});
type Emoji = z.infer<typeof Emoji>;

export const loadEmoji = (): Emoji[] =>
  z.array(Emoji).parse(createRequire(import.meta.url)('emojibase-data/en/compact.json'));

const FACES_AND_PEOPLE = 1; // groups 0 and 1 show moods and trades: a "puppy" there is a pair of eyes

/** Keywords that say something about a thing without naming it. */
const NOT_NAMES = new Set(
  `143 adorbs alpha anger angry antarctica astronomy blame body boo cavities class cutting cycle cycling cyclist dangerous
  diet dinner dionysus down elegant excited explosion family feels formal frustrated gang growl growth growing happy
  haunting hrs idea ily i’m insect king kitchen late launch lit litaf lmao mad maddening major man mane medieval moo
  order outdoors password photo pina pork potassium queen rage rays resort ride ripe roar rawr royal royalty safari
  sailing scary selfie shade silly snap spin spinning strong surprise unhappy valentine wise wrapper
  under waiting where`.split(/\s+/),
);

/** Everyday names that the annotations lack or share out. */
const EVERYDAY: Readonly<Record<string, string>> = {
  ...{ pup: 'dog', doggy: 'dog', hound: 'dog', kitty: 'cat', tomcat: 'cat', bunny: 'rabbit', hare: 'rabbit' },
  ...{ rat: 'mouse', piglet: 'pig', cub: 'bear', hen: 'chicken', chick: 'chicken', duckling: 'duck', toad: 'frog' },
  ...{ bumblebee: 'bee', honeybee: 'bee', goldfish: 'fish', ape: 'monkey', bull: 'cow', serpent: 'snake' },
  ...{
    bike: 'bicycle',
    plane: 'airplane',
    aeroplane: 'airplane',
    boat: 'sailboat',
    ship: 'sailboat',
    yacht: 'sailboat',
  },
  ...{
    automobile: 'car',
    spaceship: 'rocket',
    cottage: 'house',
    home: 'house',
    doughnut: 'donut',
    burger: 'hamburger',
  },
  ...{
    tangerine: 'orange',
    berry: 'strawberry',
    cherry: 'cherries',
    grape: 'grapes',
    maize: 'corn',
    cake: 'birthday cake',
  },
  ...{ biscuit: 'cookie', fir: 'pine tree', flower: 'sunflower', football: 'soccer ball', ball: 'soccer ball' },
  ...{
    present: 'gift',
    lamp: 'light bulb',
    gem: 'diamond',
    jewel: 'diamond',
    padlock: 'lock',
    pen: 'pencil',
    hat: 'top hat',
  },
  ...{ flame: 'fire', android: 'robot', monster: 'alien', 'jack-o-lantern': 'pumpkin', smile: 'smiley' },
};

/** keyword → the subject it stands for: only where no other thing's emoji has it. "kitten" means cat, "pet" does not. */
export function keywordsOf(subjects: readonly string[], emoji: readonly Emoji[]): Map<string, string> {
  const claims = new Map<string, Set<string>>();
  for (const { label, unicode = label, tags, group } of emoji) {
    const subject = subjectOf(label.toLowerCase(), subjects);
    if (!subject && group !== undefined && group <= FACES_AND_PEOPLE) continue;
    for (const keyword of [label, bare(unicode), ...tags].map((word) => word.toLowerCase()))
      claims.set(keyword, (claims.get(keyword) ?? new Set()).add(subject ?? `not ${label}`));
  }
  const clear = [...claims].flatMap(([keyword, [owner, ...others]]): [string, string][] =>
    others.length === 0 && !NOT_NAMES.has(keyword) ? [[keyword, owner!]] : [],
  );
  return new Map([...clear, ...Object.entries(EVERYDAY)].filter(([, owner]) => subjects.includes(owner)));
}

/** A sign without the selector that asks for it in colour. */
export const bare = (sign: string): string => sign.replaceAll('\uFE0F', '');

/** An emoji is a subject's when its label is the subject's name, with at most "face", "red" or the like around it. */
function subjectOf(label: string, subjects: readonly string[]): string | undefined {
  const plain = label.replace(/ face$|^(red|blue|wrapped|alarm) /, '');
  return subjects.find((subject) => subject === label) ?? subjects.find((subject) => subject === plain);
}
