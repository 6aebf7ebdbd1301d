/** Why the database cannot be used, and what to do about it: one sentence, never with a password. */
import { AppError } from '../core/errors.ts';

interface Trouble {
  code?: string;
  message?: string;
  cause?: unknown;
}

type Say = (at: { host: string; port: string; user: string; database: string }) => string;

const nobodyThere: Say = ({ host, port }) =>
  `Nothing answers at ${host}:${port}. Start Postgres there, or correct host and port in DATABASE_URL.`;
const unknownHost: Say = ({ host }) => `The host ${host} is unknown. Correct it in DATABASE_URL.`;
const silent: Say = ({ host, port }) =>
  `${host}:${port} does not answer in time. Check host, port and firewall, or correct DATABASE_URL.`;
const shuttingDown: Say = () => 'The database is starting or stopping. Try again in a moment.';

/** By the code of the network or of Postgres (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const SAYS: Readonly<Record<string, Say>> = {
  ECONNREFUSED: nobodyThere,
  ENOENT: nobodyThere,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  ETIMEDOUT: silent,
  EHOSTUNREACH: silent,
  ENETUNREACH: silent,
  ECONNRESET: ({ host, port }) => `${host}:${port} hung up. Check that it is a Postgres server and accepts us.`,
  '28P01': ({ user }) =>
    `Postgres refuses the password of user ${user}. Correct user and password in DATABASE_URL (special characters percent-encoded).`,
  '28000': ({ user, host }) =>
    `Postgres at ${host} does not let user ${user} in. Correct the user in DATABASE_URL, or allow it in pg_hba.conf.`,
  '3D000': ({ database, user }) =>
    `There is no database named ${database}. Create it (createdb -O ${user} ${database}), or correct the name in DATABASE_URL.`,
  '42501': ({ user, database }) =>
    `User ${user} may not change database ${database}. Make it the owner: ALTER DATABASE ${database} OWNER TO ${user}.`,
  '53300': () =>
    'Postgres has no connection left for us. Raise its max_connections, or stop something else that uses it.',
  '57P01': shuttingDown,
  '57P02': shuttingDown,
  '57P03': shuttingDown,
  '53100': () => 'The disk of the database is full. Free some space.',
};

/** Codes with which Prisma says that the server could not be reached or used. */
const PRISMA = new Set([
  'P1000',
  'P1001',
  'P1002',
  'P1003',
  'P1008',
  'P1010',
  'P1011',
  'P1017',
  'P2024',
  'P2028',
  'P2037',
]);

/** database_unavailable when that is what `caught` means; undefined for everything else. */
export function unavailable(url: string, caught: unknown): AppError | undefined {
  const trouble = rootOf(caught);
  const say = SAYS[trouble.code ?? ''];
  const message =
    say?.(target(url)) ??
    (PRISMA.has(trouble.code ?? '') || trouble.code?.startsWith('08')
      ? 'The database did not answer. Check that it runs.'
      : undefined) ??
    (/^(timeout expired|Connection terminated|timeout exceeded when trying to connect)/.test(trouble.message ?? '')
      ? silent(target(url))
      : undefined) ??
    (/\bSSL\b|certificate/i.test(trouble.message ?? '')
      ? `The encrypted connection failed (${trouble.message}). Correct sslmode in DATABASE_URL.`
      : undefined);
  return message === undefined
    ? undefined
    : new AppError('database_unavailable', message, { cause: caught, detail: { code: trouble.code } });
}

/** Adapters wrap: what the network or Postgres said lies innermost. */
function rootOf(caught: unknown): Trouble {
  let trouble = (caught ?? {}) as Trouble & { meta?: { driverAdapterError?: unknown }; originalCode?: string };
  for (let depth = 0; depth < 6; depth++) {
    const inner = (trouble.meta?.driverAdapterError ?? trouble.cause) as typeof trouble | undefined;
    if (SAYS[trouble.code ?? ''] || typeof inner !== 'object' || inner === null) break;
    trouble = inner;
  }
  return { ...trouble, message: trouble.message, code: trouble.originalCode ?? trouble.code } as Trouble;
}

function target(url: string) {
  try {
    const { hostname, port, username, pathname } = new URL(url);
    const user = decodeURIComponent(username) || '(none)';
    const database = decodeURIComponent(pathname.slice(1)) || user;
    return { host: hostname || 'localhost', port: port || '5432', user, database };
  } catch {
    return { host: '(unreadable)', port: '5432', user: '(unreadable)', database: '(unreadable)' };
  }
}

type Calls = { [name: string]: (...args: never[]) => Promise<unknown> };

/** The same calls; what they throw goes through `trouble` first. */
export const reportingTrouble = <T extends object>(calls: T, trouble: (caught: unknown) => AppError | undefined): T =>
  Object.fromEntries(
    Object.entries(calls as Calls).map(([name, call]) => [
      name,
      (...args: never[]) =>
        call(...args).catch((caught: unknown) => {
          throw trouble(caught) ?? caught;
        }),
    ]),
  ) as T;
