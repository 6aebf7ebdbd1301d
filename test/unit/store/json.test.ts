import { expect, it } from 'vitest';
import { z } from 'zod';
import { fromJson, plainText, toJson } from '../../../src/store/json.ts';

it('keeps every text that Postgres can hold as it is', () => {
  for (const text of ['', 'plain', 'naïve 🍎 e\u0301 日本', '\n\t', '👩‍👩‍👧']) expect(plainText(text)).toBe(text);
});

it('makes the rest holdable, however deep it lies', () => {
  expect(toJson({ a: ['x\0y', { b: '\ud83d' }], n: 1, t: true, z: null })).toEqual({
    a: ['xy', { b: '\ufffd' }],
    n: 1,
    t: true,
    z: null,
  });
});

it('does not believe what an older version wrote', () => {
  expect(fromJson(z.number(), 7, {})).toBe(7);
  expect(() => fromJson(z.number(), 'seven', { id: 1 })).toThrow(
    expect.objectContaining({ code: 'internal', detail: { id: 1 } }),
  );
});
