/** Who is at the page: there is no login, a random cookie is the account. Records hold its hash, never the cookie. */
import { createHash, randomBytes } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { AddressOf } from '../../core/address.ts';
import type { Sender } from '../../core/studio.ts';

const COOKIE = 'atelier';
const MAX_AGE_S = 400 * 24 * 3600; // the longest a browser keeps one

export interface Visitor {
  sender: Sender;
  address: AddressOf<'web'>;
}

export function visitor(cookie: string): Visitor {
  const session = createHash('sha256').update(cookie).digest('hex').slice(0, 32);
  return {
    sender: { platform: 'web', accountId: session, name: 'Guest' },
    address: { platform: 'web', session },
  };
}

export const session: MiddlewareHandler<{ Variables: { visitor: Visitor } }> = async (context, next) => {
  const known = getCookie(context, COOKIE);
  const cookie = known && /^[\w-]{43}$/.test(known) ? known : randomBytes(32).toString('base64url');
  if (cookie !== known || context.req.path === '/')
    setCookie(context, COOKIE, cookie, { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: MAX_AGE_S });
  context.set('visitor', visitor(cookie));
  await next();
};
