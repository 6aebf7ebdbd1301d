import { expect, it } from 'vitest';
import { hints } from '../../../../src/bots/web/hints.ts';
import { suggest } from '../../../../src/bots/web/page/suggestions.ts';
import { SAMPLERS } from '../../../../src/core/sampler.ts';
import { memoryStudio } from './memory-studio.ts';

const known = hints(memoryStudio());
const labels = (text: string) => suggest(text, text.length, known).items.map(({ label }) => label);
/** The text after the first suggestion is taken. */
const taken = (text: string) => {
  const { from, items } = suggest(text, text.length, known);
  return text.slice(0, from) + items[0]!.insert;
};

it('offers commands after a slash', () => {
  expect(labels('/')).toEqual([
    ...['/imagine', '/stylize', '/face', '/morph', '/upscale'],
    ...['/show', '/status', '/history', '/help'],
  ]);
  expect(taken('/im')).toBe('/imagine ');
});

it('offers the options of the parser, and each only once', () => {
  expect(labels('a cat --s')).toEqual(['--seed', '--steps', '--sampler', '--size', '--style', '--setting']);
  expect(labels('a cat --seed 7 --see')).toEqual([]);
  expect(taken('a cat --se')).toBe('a cat --seed ');
  expect(taken('a cat —se')).toBe('a cat --seed ');
});

it('says what a choice is for, where there is something to know', () => {
  const { items } = suggest('/stylize ', 9, known);
  expect(items.map(({ label, description }) => [label, description])).toEqual([
    ['ink', ''],
    ['waves', 'for the sea'],
  ]);
});

it('offers the choices of an option', () => {
  expect(labels('a cat --sampler ')).toEqual(SAMPLERS);
  expect(labels('a cat --sampler dd')).toEqual(['ddim', 'ddpm']);
  expect(taken('a cat --sampler ddi')).toBe('a cat --sampler ddim ');
  expect(labels('a cat --sampler 2m_kar')).toEqual(['dpmpp_2m_karras', 'dpm_2m_karras']);
  expect(labels('a cat --model ')).toEqual(['sticker-diffusion']);
});

it('knows the command that is being typed', () => {
  expect(labels('/stylize ')).toEqual(['ink', 'waves']);
  expect(labels('/stylize wa')).toEqual(['waves']);
  expect(labels('/stylize --br')).toEqual(['--brush']);
  expect(labels('/stylize --brush ')).toEqual(['ink', 'waves']);
  expect(labels('/stylize --sampler ')).toEqual([]);
  expect(labels('/face s')).toEqual(['smile']);
  expect(labels('/face --count 3 --m')).toEqual(['--mix']);
});

it('takes text beside an attached picture for /stylize', () => {
  const text = 'an oil painting --s';
  expect(suggest(text, text.length, known, 'stylize').items.map(({ label }) => label)).toEqual(['--strength']);
});

it.each(['', 'a cat', 'a well-known cat', 'a cat - asleep', 'a --seed 7', '/imagine a cat'])(
  'stays out of the way of %j',
  (text) => {
    expect(labels(text)).toEqual([]);
  },
);
