/** Why the database cannot be used, and what to do about it: one sentence, never with a password. */
import { AppError } from '../core/errors.ts';

interface Trouble {
  code?: string;
  kind?: string;
  originalCode?: string;
  message?: string;
  cause?: Trouble;
  meta?: { driverAdapterError?: Trouble };
}

type Say = (at: { host: string; port: string; user: string; database: string }) => string;

const nobodyThere: Say = ({ host, port }) =>
  `Nothing answers at ${host}:${port}. Start Postgres there, or correct host and port in DATABASE_URL.`;
const unknownHost: Say = ({ host }) => `The host ${host} is unknown. Correct it in DATABASE_URL.`;
const silent: Say = ({ host, port }) =>
  `${host}:${port} does not answer in time. Check host, port and firewall, or correct DATABASE_URL.`;
const hungUp: Say = ({ host, port }) =>
  `${host}:${port} hung up. It may be restarting; if it goes on, check that DATABASE_URL names a Postgres server.`;
const shuttingDown: Say = () => 'The database is starting or stopping. Try again in a moment.';

/** By the code of the network or of Postgres (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const SAYS: Readonly<Record<string, Say>> = {
  ECONNREFUSED: nobodyThere,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  ETIMEDOUT: silent,
  EHOSTUNREACH: silent,
  ENETUNREACH: silent,
  ECONNRESET: hungUp,
  EPIPE: hungUp,
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

/** Prisma's words for what the network said (its driver adapters hide the code). */
const KINDS: Readonly<Record<string, Say>> = {
  DatabaseNotReachable: nobodyThere,
  SocketTimeout: silent,
  ConnectionClosed: hungUp,
  TooManyConnections: SAYS['53300']!,
  P1001: nobodyThere,
  P1002: silent,
  P1008: silent,
  P1017: hungUp,
  P2024: () => 'The database has more to do than it can. Try again in a moment.',
  P2028: () => 'The database has more to do than it can. Try again in a moment.',
};

const MESSAGES: readonly [RegExp, Say][] = [
  [
    /^(timeout expired|timeout exceeded when trying to connect|Connection terminated due to connection timeout)/,
    silent,
  ],
  [/^(Connection terminated|Client has encountered a connection error)/, hungUp],
];

/** database_unavailable when that is what `caught` means; undefined for everything else. */
export function unavailable(url: string, caught: unknown): AppError | undefined {
  for (const { code = '', kind = '', originalCode = '', message = '' } of layersOf(caught)) {
    const say =
      SAYS[originalCode] ??
      SAYS[code] ??
      KINDS[kind] ??
      KINDS[code] ??
      MESSAGES.find(([said]) => said.test(message))?.[1];
    const tls = /\bSSL\b|certificate/i.test(message) ? message : undefined;
    const text =
      say?.(target(url)) ?? (tls && `The encrypted connection failed (${tls}). Correct sslmode in DATABASE_URL.`);
    if (text)
      return new AppError('database_unavailable', text, {
        cause: caught,
        detail: { code: originalCode || code || kind },
      });
  }
  return undefined;
}

/** An error and what it wraps, innermost first: what the network or Postgres said lies at the bottom. */
function layersOf(caught: unknown): Trouble[] {
  const layers: Trouble[] = [];
  for (let layer = caught as Trouble | undefined; layer && typeof layer === 'object' && layers.length < 8; ) {
    layers.unshift(layer);
    layer = layer.meta?.driverAdapterError ?? layer.cause;
  }
  return layers;
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
