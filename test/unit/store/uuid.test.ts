import { expect, it } from 'vitest';
import { z } from 'zod';
import { uuidv7 } from '../../../src/store/uuid.ts';

it('makes version 7 ids that sort as they were made, also within one millisecond and past a full counter', () => {
  const now = Date.now() + 1000;
  const ids = Array.from({ length: 10_000 }, () => uuidv7(now));
  for (const id of ids) expect(z.uuidv7().safeParse(id).success).toBe(true);
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

it('carries the time in its first 48 bits', () => {
  const now = Date.now() + 60_000;
  expect(Number.parseInt(uuidv7(now).replaceAll('-', '').slice(0, 12), 16)).toBe(now);
});

it('does not go back when the clock does', () => {
  const now = Date.now() + 120_000;
  const before = uuidv7(now);
  expect(uuidv7(now - 5000) > before).toBe(true);
});
