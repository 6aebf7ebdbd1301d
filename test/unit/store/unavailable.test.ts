import { describe, expect, it } from 'vitest';
import { unavailable } from '../../../src/store/unavailable.ts';

const url = 'postgresql://atelier:secret@db.internal:6543/studio';
const embedded = { url: 'postgresql://atelier:secret@127.0.0.1:45678/atelier', serverLog: '/data/postgres/server.log' };
const coded = (code: string) => Object.assign(new Error('as the driver says it'), { code });
const troubles = [
  ...['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'ECONNRESET', 'EPIPE', '28P01', '28000', '3D000', '42501'].map(coded),
  new Error('timeout expired'),
  new Error('Query read timeout'),
  new Error('Connection terminated unexpectedly'),
  new Error('The server does not support SSL connections'),
  Object.assign(new Error('from Prisma'), { code: 'P2010', cause: { kind: 'DatabaseNotReachable' } }),
];

describe.each(troubles)('%s', (trouble) => {
  it('speaks of DATABASE_URL only to whoever set it', () => {
    const [theirs, ours] = [unavailable({ url }, trouble)!, unavailable(embedded, trouble)!];
    for (const error of [theirs, ours]) {
      expect(error.code).toBe('database_unavailable');
      expect(error.message).not.toContain('secret');
    }
    expect(theirs.message).not.toContain('embedded');
    expect(ours.message).toMatch(/^The embedded database /);
    expect(ours.message).not.toMatch(/DATABASE_URL|127\.0\.0\.1|Start Postgres/);
  });
});

it('names host and port of a chosen one, and the log of the embedded one', () => {
  expect(unavailable({ url }, coded('ECONNREFUSED'))!.message).toContain('db.internal:6543');
  expect(unavailable(embedded, coded('ECONNREFUSED'))!.message).toMatch(
    /started again by itself.*\/data\/postgres\/server\.log/,
  );
});

it('tells a silent server from one that hung up', () => {
  const cause = new Error('Connection terminated unexpectedly');
  const late = new Error('Connection terminated due to connection timeout', { cause });
  expect(unavailable({ url }, late)!.message).toContain('does not answer in time');
  expect(unavailable({ url }, cause)!.message).toContain('hung up');
});

it('is not the answer to a mistake in a query', () => {
  expect(unavailable({ url }, coded('42703'))).toBeUndefined();
});
