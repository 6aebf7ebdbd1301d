/** Why the database cannot be used, and what to do about it: one sentence, never with a password. */
import { AppError } from '../core/errors.ts';
import { type Ailment, CHOSEN, EMBEDDED } from './remedies.ts';

interface Trouble {
  code?: string;
  kind?: string;
  originalCode?: string;
  message?: string;
  cause?: Trouble;
  meta?: { driverAdapterError?: Trouble };
}

/** By the code of the network or of Postgres (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const CODES: Readonly<Record<string, Ailment>> = {
  ECONNREFUSED: 'absent',
  ENOTFOUND: 'unknown_host',
  EAI_AGAIN: 'unknown_host',
  ETIMEDOUT: 'silent',
  EHOSTUNREACH: 'silent',
  ENETUNREACH: 'silent',
  ECONNRESET: 'hung_up',
  EPIPE: 'hung_up',
  '28P01': 'wrong_password',
  '28000': 'unknown_user',
  '3D000': 'no_database',
  '42501': 'may_not',
  '53300': 'crowded',
  '57P01': 'restarting',
  '57P02': 'restarting',
  '57P03': 'restarting',
  '53100': 'full',
};

/** Prisma's words for what the network said (its driver adapters hide the code). */
const KINDS: Readonly<Record<string, Ailment>> = {
  DatabaseNotReachable: 'absent',
  SocketTimeout: 'silent',
  ConnectionClosed: 'hung_up',
  TooManyConnections: 'crowded',
  P1001: 'absent',
  P1002: 'silent',
  P1008: 'silent',
  P1017: 'hung_up',
  P2024: 'busy',
  P2028: 'busy',
};

/** Whoever waited too long hangs up, too: that it took too long is what matters. */
const TIMED_OUT =
  /^(timeout expired|timeout exceeded when trying to connect|Connection terminated due to connection timeout|Query read timeout)/;
const HUNG_UP = /^(Connection terminated|Client has encountered a connection error)/;
const ENCRYPTION = /\bSSL\b|certificate/i;

/** A database: one that somebody chose, by its URL; the embedded one also says where it writes its log. */
export interface Which {
  url: string;
  serverLog?: string;
}

/** database_unavailable when that is what `caught` means; undefined for everything else. */
export function unavailable({ url, serverLog }: Which, caught: unknown): AppError | undefined {
  const layers = layersOf(caught);
  const late = layers.some(({ message = '' }) => TIMED_OUT.test(message));
  for (const layer of layers) {
    const ailment = late ? 'silent' : ailmentOf(layer);
    if (!ailment) continue;
    const { code, kind, originalCode, message: said = '' } = layer;
    const text = serverLog ? EMBEDDED[ailment](serverLog) : CHOSEN[ailment]({ ...target(url), said });
    const detail = { code: originalCode || code || kind || '' };
    return new AppError('database_unavailable', text, { cause: caught, detail });
  }
  return undefined;
}

const ailmentOf = ({ code = '', kind = '', originalCode = '', message = '' }: Trouble): Ailment | undefined =>
  CODES[originalCode] ??
  CODES[code] ??
  KINDS[kind] ??
  KINDS[code] ??
  (HUNG_UP.test(message) ? 'hung_up' : undefined) ??
  (ENCRYPTION.test(message) ? 'encryption' : undefined);

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
