import { describe, expect, it } from 'vitest';
import { parseOptions, toRequest } from '../../../src/bots/options.ts';
import { buildPrompt } from '../../../src/bots/prompt-builder.ts';
import type { AppError } from '../../../src/core/errors.ts';

const typed = (text: string) => toRequest(parseOptions(text));
const problem = (make: () => unknown): AppError => {
  try {
    make();
  } catch (error) {
    return error as AppError;
  }
  throw new Error('nothing was refused');
};

it('reads what a person types', () => {
  expect(typed('two red apples --seed 0 --count=2 --no worms, bugs --size 128x256 --private')).toMatchObject({
    prompt: 'two red apples',
    negativePrompt: 'worms, bugs',
    seed: 0,
    count: 2,
    width: 128,
    height: 256,
    private: true,
  });
});

it('takes a phone’s em dash for two hyphens, but only before an option', () => {
  expect(typed('a cat —seed 7')).toMatchObject({ prompt: 'a cat', seed: 7 });
  expect(typed('a cat — asleep')).toMatchObject({ prompt: 'a cat — asleep' });
});

it('keeps the words after a flag in the prompt', () => {
  expect(typed('a cat --private on a mat').prompt).toBe('a cat on a mat');
});

it('drops control characters and NUL, which no database stores', () => {
  expect(toRequest({ prompt: 'a\u0000 cat\r\n' }).prompt).toBe('a cat');
});

describe.each([
  ['', 'empty'],
  ['x'.repeat(6001), '6000'],
  ['a --seed -1', '0 or more'],
  ['a --seed 1.5', 'whole'],
  ['a --seed 4294967296', '4294967295'],
  ['a --seed seven', 'not a number'],
  ['a --count', '--count needs a value behind it: How many pictures, 1 to 4.'],
  ['a --n --seed 7', '--n needs a value behind it'],
  ['a --count 0', '1 to 4'],
  ['a --count 5', '1 to 4'],
  ['a --size 513', 'multiples of 8'],
  ['a --size 4096', 'at most 2048'],
  ['a --size wide', '128x128'],
  ['a --sampler magic', 'dpmpp_2m_karras'],
  ['a --steps 0', '1 to 150'],
  ['a --frobnicate 3', 'no option --frobnicate'],
  ['a --model ../../etc/passwd', 'nothing of that name'],
])('%.40s', (text, says) => {
  it(`is refused in plain words: ${says}`, () => {
    expect(problem(() => typed(text))).toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining(says),
    });
  });
});

it('names all problems at once', () => {
  expect(problem(() => typed('a --seed -1 --count 9')).message).toMatch(/count.*seed|seed.*count/s);
});

describe('what is said about the picture', () => {
  it('is put together in the order models listen: subject, detail, setting, light, style, quality', () => {
    const parts = {
      quality: 'sharp',
      light: 'dusk ',
      setting: 'in a forest,',
      detail: 'red',
      style: 'ink',
      subject: 'a fox',
    };
    expect(buildPrompt(parts)).toBe('a fox, red, in a forest, dusk, ink, sharp');
    expect(buildPrompt({ subject: 'a fox', detail: ' ' })).toBe('a fox');
    expect(buildPrompt({ subject: 'a fox :0.5 AND an owl', light: 'dusk' })).toBe('a fox, dusk :0.5 AND an owl, dusk');
    expect(typed('a fox --quality sharp --setting in a forest --light dusk --style ink')).toMatchObject({
      prompt: 'a fox, in a forest, dusk, sharp',
      style: 'ink',
    });
  });

  it('and about guidance reaches the request', () => {
    expect(typed('a fox --cfg_until 0.7 --rescale 0.5 --clip_skip 2 --weighting comfy')).toMatchObject({
      ...{ guidanceInterval: [0, 0.7], guidanceRescale: 0.5, clipSkip: 2, weighting: 'comfy' },
    });
    expect(problem(() => typed('a fox --cfg_until 2')).message).toContain('0 to 1');
  });
});
