import { expect, it } from 'vitest';
import { type Action, decodeAction, encodeAction, REACTIONS, VERBS } from '../../../src/core/action.ts';

const generationId = '0190f3c0-7b1a-7cc3-8f4e-2f1f0a9b8c7d';

it('decodes what it encoded, and fits Discord’s 100 characters', () => {
  for (const verb of VERBS) {
    const action: Action = { verb, index: 299, generationId };
    const detailed: Action = { ...action, detail: 'long_hair+1.5'.padEnd(39, '-') };
    for (const one of [action, detailed]) {
      expect(decodeAction(encodeAction(one))).toEqual(one);
      expect(encodeAction(one).length).toBeLessThanOrEqual(100);
    }
  }
});

it.each([
  ['', 'v0:reroll:0:', 'v1:explode:0:', 'v1:reroll:300:', 'v1:reroll:-1:', 'v1:reroll::', 'v2:reroll:0:'].map(
    (code) => code && code + generationId,
  ),
  [
    `v1:reroll:0:${generationId}:More`,
    `v1:edit:0:${generationId}:a b`,
    `v1:edit:0:${generationId}:${'a'.repeat(45)}`,
    `v1:edit:0:${generationId}:a:b`,
    'v1:reroll:0:not-an-id',
  ],
])('is undefined for what is not one of our buttons', (...codes) => {
  for (const code of codes) expect(decodeAction(code)).toBeUndefined();
});

it('takes no custom emoji for a reaction that does something, whatever it is called', () => {
  expect(REACTIONS.get('🔁')).toBe('reroll');
  for (const name of ['constructor', 'toString', '__proto__', 'repeat']) expect(REACTIONS.get(name)).toBeUndefined();
});
