import pino from 'pino';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../../../src/bots/commands.ts';
import { parse } from '../../../../src/bots/option-table.ts';
import { readCommand } from '../../../../src/bots/web/commands.ts';
import { toMessage } from '../../../../src/bots/web/messages.ts';
import type { Kind, Request } from '../../../../src/core/request.ts';
import { aGeneration, aKeptPicture, anId, anImage, aSender } from '../../../fixtures.ts';
import { memoryStudio } from './memory-studio.ts';

/** What a text asks for, beside two of our own pictures. */
async function asking(text: string): Promise<Request> {
  const studio = memoryStudio();
  studio.generations.set(anId(), aGeneration({ images: [anImage(), anImage({ index: 1 })] }));
  const { name, rest } = readCommand(text);
  const { options, main, run } = COMMANDS[name as Kind];
  let request: Request | undefined;
  const deps = {
    log: pino({ level: 'silent' }),
    studio: {
      ...studio,
      submit: async (order: { request: Request }) => {
        request = order.request;
        return undefined;
      },
    },
  };
  const event = { eventId: anId(2), sender: aSender(), address: { platform: 'web', session: 'ada' } as const };
  await run(deps, { ...event, options: parse(options as never, main as never, rest) }, async () => event.address);
  return request!;
}

const typedAgain = (request: Request): string => {
  const { by, text } = toMessage(aGeneration({ request }), memoryStudio()).asked;
  return `${by} ${text}`;
};

it.each([
  'a cat',
  'a cat --negative dogs --count 2 --seed 7 --steps 9 --guidance 3 --sampler heun --size 128x96 --private',
  'a cat --quick',
  'a cat --weighting comfy --clip_skip 2 --cfg_until 0.5 --rescale 0.7 --style watercolour',
  `/stylize --of ${anId()}#2 --brush ink --strength 0.4 --keep_colours luminance --private`,
  `/stylize a watercolour of the sea --of ${anId()} --quality fast`,
  '/face',
  '/face smile +2, no glasses --count 12 --seed 7 --truncation 0.5 --mix 9 fine, 3 coarse',
  `/morph ${anId()} ${anId()}#2 77 --frames 12`,
  `/upscale ${anId()}#2 --factor 2`,
])('what the page says was asked, typed again, asks for the same: %s', async (text) => {
  const request = await asking(text);
  expect(await asking(typedAgain(request))).toEqual(request);
});

it('shows what was handed in beside the words', () => {
  const request = { kind: 'stylize', source: aKeptPicture(), brush: 'ink', keepColours: 'no', private: false } as const;
  const { asked } = toMessage(aGeneration({ request }), memoryStudio());
  expect(asked).toMatchObject({ by: '/stylize', text: '--brush ink' });
  expect(asked.pictures?.map(({ src }) => src)).toEqual([`api/pictures/dd%2Fdd%2Fkept?of=${anId()}`]);
});
