import { expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { readiness } from '../../../src/main/readiness.ts';

const fine = async () => {};

it('is ready when every part is', async () => {
  expect(await readiness({ database: fine, queue: fine })).toEqual({
    ok: true,
    parts: { database: 'ok', queue: 'ok' },
  });
});

it('names the part that is not, and why', async () => {
  const down = async () => {
    throw new AppError('database_unavailable', 'Nothing answers at db:5432.');
  };
  const broken = async () => {
    throw new Error('ECONNRESET of somebody:secret@db');
  };
  expect(await readiness({ database: down, queue: broken, web: fine })).toEqual({
    ok: false,
    parts: { database: 'not ready: Nothing answers at db:5432.', queue: 'not ready: it does not answer', web: 'ok' },
  });
});

it('answers although a part never does', async () => {
  const silent = () => new Promise<never>(() => {});
  expect(await readiness({ database: silent, queue: fine }, 50)).toEqual({
    ok: false,
    parts: { database: 'not ready: no answer within 0.05 s', queue: 'ok' },
  });
});
