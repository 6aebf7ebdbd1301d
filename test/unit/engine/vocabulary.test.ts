import { describe, expect, it } from 'vitest';
import { keywordsOf } from '../../../src/engine/keywords.ts';
import { createVocabulary, plural, VocabularyFile } from '../../../src/engine/vocabulary.ts';

const file = VocabularyFile.parse({
  subjects: {
    dog: { synonyms: ['hound'] },
    cat: {},
    apple: { synonyms: ['red apple', 'toffee apple'] },
    mouse: { plural: 'mice' },
    'palm tree': {},
    'ice cream': {},
    owl: {},
  },
  words: [
    'a',
    'an',
    'two',
    'three',
    'four',
    'red',
    'blue',
    'purple',
    'on',
    'and',
    'small',
    'background',
    'style',
    '3d',
    'big',
  ],
  synonyms: { violet: 'purple', five: 'four' },
});
const translate = createVocabulary(file);

it('leaves a prompt of known words alone, without a note', () => {
  expect(translate('two red apples on a blue background')).toEqual({
    prompt: 'two red apples on a blue background',
    notes: [],
    understood: true,
  });
});

it('draws a puppy as a dog, because emoji keywords say so, and says it', () => {
  expect(translate('a puppy on a blue background')).toEqual({
    prompt: 'a dog on a blue background',
    notes: ['The built-in model drew "puppy" as "dog".'],
    understood: true,
  });
});

it.each([
  ['three kittens', 'three cats'],
  ['two hounds', 'two dogs'],
  ['a violet mouse', 'a purple mouse'],
  ['two mice', 'two mice'],
  ['two red apples', 'two red apples'],
  ['a toffee apple', 'an apple'],
  ['Two MICE!', 'two mice'],
  ['five owls', 'four owls'],
  ['a palm tree and an ice cream', 'a palm tree and an ice cream'],
])('understands “%s” as “%s”', (said, meant) => {
  expect(translate(said).prompt).toBe(meant);
});

it('fits the article to the new noun', () => {
  expect(translate('an hound').prompt).toBe('a dog');
});

it('leaves out what it does not know, and says it', () => {
  expect(translate('a submarine and a periscope, a cat')).toEqual({
    prompt: 'a cat',
    notes: ['The built-in model does not know "submarine" or "periscope"; it left them out.'],
    understood: true,
  });
});

it.each([
  ['a cat with a periscope on a blue background', 'a cat on a blue background'],
  ['a cat on a submarine', 'a cat'],
  ['a cat and a majestic dog', 'a cat and a dog'],
  ['a majestic cosmic owl', 'an owl'],
  ['a submarine and an owl', 'an owl'],
])('“%s” without what it does not know is “%s”', (said, meant) => {
  expect(translate(said).prompt).toBe(meant);
});

it('does not speak of small words', () => {
  expect(translate('please draw me a picture of the cat').notes).toEqual([]);
});

it('says so when it understands nothing, and gives examples', () => {
  const { prompt, notes } = translate('Quantum Chromodynamics');
  expect(prompt).toBe('Quantum Chromodynamics');
  expect(notes).toEqual([
    'The built-in model knows none of these words. It knows 7 things by their English names, such as dog, cat, apple, mouse and palm tree.',
  ]);
});

it('reads an emoji as the thing it shows, and says which it does not know', () => {
  expect(translate('🍎 and 🌴 on a blue background').prompt).toBe('apple and palm tree on a blue background');
  expect(translate('a cat with a 🏳️‍🌈 and 🦊').notes).toEqual([
    'The built-in model does not know "🏳‍🌈" or "🦊"; it left them out.',
  ]);
  expect(translate('🦊🦊').understood).toBe(false);
});

it('gives a prompt of symbols back as it is', () => {
  expect(translate('!?…').prompt).toBe('!?…');
});

describe('vocabulary.json', () => {
  it.each([[{ cat: [], mouse: ['mice', 'rodent'] }], [{ cat: {}, mouse: { plural: 'mice', synonyms: ['rodent'] } }]])(
    'may name its subjects as %j',
    (subjects) => {
      const say = createVocabulary(VocabularyFile.parse({ subjects, counts: ['two'], positions: ['top left'] }));
      expect(say('two mice').prompt).toBe('two mice');
      expect(say('two rodents').prompt).toBe('two mice');
      expect(say('two kittens top left').prompt).toBe('two cats top left');
    },
  );
});

it('understands the counts and colours people say for those it learned, and says so', () => {
  const { prompt, notes } = translate('5 violet cats');
  expect(prompt).toBe('four purple cats');
  expect(notes).toContain('The built-in model drew "violet" as "purple".');
  expect(translate('six dogs, huge').prompt).toBe('four dogs, big');
});

it('takes a keyword only where it is clear what it stands for', () => {
  const emoji = ['dog face', 'cat face', 'red apple'].map((label) => ({
    label,
    tags: ['thing', label.split(' ')[0]!],
  }));
  const keywords = keywordsOf(['dog', 'cat', 'apple'], emoji);
  expect(keywords.get('dog face')).toBe('dog');
  expect(keywords.get('red apple')).toBe('apple');
  expect(keywords.has('thing')).toBe(false);
});

it.each([
  ['cat', 'cats'],
  ['cherry', 'cherries'],
  ['boy', 'boys'],
  ['fox', 'foxes'],
  ['bush', 'bushes'],
])('the plural of %s is %s', (one, many) => expect(plural(one)).toBe(many));

describe('the prompt language', () => {
  it.each([
    ['two (red:1.3) apples', 'two (red:1.3) apples'],
    ['a ((puppy)) on a [blue] background', 'a ((dog)) on a [blue] background'],
    ['a [kitten:hound:0.4]', 'a [cat:dog:0.4]'],
    ['a [kitten:5], [hound::0.3]', 'a [cat:5], [dog::0.3]'],
    ['[kitten|hound] on a blue background', '[cat|dog] on a blue background'],
    ['a puppy AND a kitten :0.6', 'a dog AND a cat :0.6'],
    ['a puppy BREAK a violet owl', 'a dog BREAK a purple owl'],
    ['a (hound) and an (owl:1.2)', 'a (dog) and an (owl:1.2)'],
    ['a <ink-style> cat', 'a <ink-style> cat'],
  ])('“%s” keeps its signs: “%s”', (said, meant) => expect(translate(said).prompt).toBe(meant));

  it.each([
    ['a cat (in a submarine:1.2)', 'a cat'],
    ['(a submarine:1.4), a cat', 'a cat'],
    ['a cat with [a periscope|a submarine]', 'a cat'],
    ['[submarine:cat:0.5]', '[:cat:0.5]'],
    ['a submarine AND a cat', 'a cat'],
    ['a cat AND a submarine :0.4', 'a cat'],
    ['a cat :) and a dog', 'a cat and a dog'],
    ['a (cat', 'a cat'],
    ['a cat: a dog | an owl', 'a cat a dog an owl'],
    ['a \\(red\\) cat', 'a red cat'],
  ])('“%s” without what means nothing is “%s”', (said, meant) => expect(translate(said).prompt).toBe(meant));
});
