import { expect, it } from 'vitest';
import { parseOptions, toRequest } from '../../../../src/bots/options.ts';
import { toMessage } from '../../../../src/bots/web/messages.ts';
import { aGeneration } from '../../../fixtures.ts';

it.each([
  'a cat',
  'a cat --negative dogs --count 2 --seed 7 --steps 9 --guidance 3 --sampler heun --size 128x96 --private',
  'a cat --weighting comfy --clip_skip 2 --cfg_until 0.5 --rescale 0.7 --style watercolour',
])('what the page says was asked, typed again, asks for the same: %s', (text) => {
  const request = toRequest(parseOptions(text));
  const { asked } = toMessage(aGeneration({ request }));
  expect(toRequest(parseOptions(asked.text))).toEqual(request);
});
