/** Keeps other web sites out of a page without a login: no DNS rebinding, no cross-site requests, no types a form can send. */
import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../core/errors.ts';

const isLoopback = (name: string): boolean =>
  name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);

/** Name without port, as a browser normalises it. Undefined for what is no Host header. */
function hostName(header: string | undefined): string | undefined {
  try {
    return header ? new URL(`http://${header}`).hostname : undefined;
  } catch {
    return undefined;
  }
}

/** Bound to loopback, only loopback names may be asked for; bound elsewhere, the operator's names are not known here. */
export function hostIsOurs(boundTo: string, header: string | undefined): boolean {
  const name = hostName(header);
  if (!name) return false;
  const bound = boundTo.includes(':') ? `[${boundTo}]` : boundTo;
  return isLoopback(bound) ? isLoopback(name) : true;
}

/** Browsers say where a request comes from, by Sec-Fetch-Site or (over plain HTTP in a network) by Origin alone. */
export function comesFromUs(headers: { site?: string; origin?: string; host?: string }): boolean {
  const { site, origin, host } = headers;
  if (site) return site === 'same-origin' || site === 'none';
  if (!origin) return true; // no browser: it cannot be made to do this by another site
  try {
    return new URL(origin).host === host;
  } catch {
    return false; // `Origin: null`
  }
}

export const guardHost =
  (boundTo: string): MiddlewareHandler =>
  async (context, next) => {
    if (!hostIsOurs(boundTo, context.req.header('host')))
      throw new AppError(
        'not_yours',
        'This server listens on this machine only, so it answers to localhost and 127.0.0.1 and to no other name. A proxy in front of it has to send one of these as Host.',
      );
    await next();
  };

export const guardOrigin: MiddlewareHandler = async (context, next) => {
  const { req } = context;
  const [site, origin, host] = [req.header('sec-fetch-site'), req.header('origin'), req.header('host')];
  if (!comesFromUs({ ...(site && { site }), ...(origin && { origin }), ...(host && { host }) }))
    throw new AppError('not_yours', 'This request comes from another web site. Open the chat page itself.');
  if (req.method === 'POST' && !/^application\/(json|octet-stream)\b/i.test(req.header('content-type') ?? ''))
    throw new AppError(
      'invalid_request',
      'Send the request as application/json, a picture as application/octet-stream.',
    );
  await next();
};
