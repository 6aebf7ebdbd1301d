import { expect, it } from 'vitest';
import { type Action, decodeAction, encodeAction, VERBS } from '../../../src/core/action.ts';

const generationId = '0190f3c0-7b1a-7cc3-8f4e-2f1f0a9b8c7d';

it('decodes what it encoded, and fits Discord’s 100 characters', () => {
  for (const verb of VERBS) {
    const action: Action = { verb, index: 3, generationId };
    expect(decodeAction(encodeAction(action))).toEqual(action);
    expect(encodeAction(action).length).toBeLessThanOrEqual(100);
  }
});

it.each([
  ['', 'v0:reroll:0:', 'v1:explode:0:', 'v1:reroll:12:', 'v1:reroll:-1:', 'v1:reroll::', 'v2:reroll:0:'].map(
    (code) => code && code + generationId,
  ),
  [`v1:reroll:0:${generationId}:more`, 'v1:reroll:0:not-an-id'],
])('is undefined for what is not one of our buttons', (...codes) => {
  for (const code of codes) expect(decodeAction(code)).toBeUndefined();
});
