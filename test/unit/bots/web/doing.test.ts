import { expect, it } from 'vitest';
import { doing } from '../../../../src/bots/web/page/doing.ts';
import { encodeAction, type Verb } from '../../../../src/core/action.ts';
import { anId } from '../../../fixtures.ts';

it.each<[string, Verb, number, string | undefined, string]>([
  ['Paint it', 'stylize', 0, 'ink', 'Ink'],
  ['Paint picture 2', 'stylize', 1, 'ink', '2: Ink'],
  ['Take face 300', 'edit', 299, undefined, '300: seed 1299'],
  ['Change the face', 'edit', 0, 'smile+1', 'More: smile'],
  ['Enlarge picture 7', 'upscale', 6, undefined, '7: seed 8'],
  ['Show it again', 'show', 0, undefined, '1 · a cat'],
])('the button beside a choice says what it does: %s', (says, verb, index, detail, label) => {
  const code = encodeAction({ verb, index, generationId: anId(), ...(detail && { detail }) });
  expect(doing({ code, label })).toBe(says);
});
