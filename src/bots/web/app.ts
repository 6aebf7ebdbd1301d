/** The routes of the page. Everything is checked at the door: host, origin, size, shape. */
import { zValidator } from '@hono/zod-validator';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { except } from 'hono/combine';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { AppError, type ErrorCode, toAppError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { KeptPicture } from '../../core/request.ts';
import type { Studio } from '../../core/studio.ts';
import { refusal } from '../present.ts';
import { pressButton } from './buttons.ts';
import { runCommand } from './commands.ts';
import { guardHost, guardOrigin } from './guard.ts';
import { hints } from './hints.ts';
import type { Hub } from './hub.ts';
import type { Live } from './live.ts';
import { toMessage } from './messages.ts';
import { type Operations, operationRoutes } from './operations.ts';
import { pageRoutes } from './page-files.ts';
import { readArchive, readPicture } from './pictures.ts';
import { session, type Visitor } from './session.ts';
import { showIn } from './shown.ts';
import { uploadRoutes } from './uploads.ts';
import { type About, toWire } from './wire.ts';

export interface AppDeps {
  studio: Studio;
  operations: Operations;
  /** What is in use, for the page's status panel. */
  about?: () => About | Promise<About>;
  hub: Hub;
  live: Live;
  log: Logger;
  /** WEB_HOST. */
  boundTo: string;
  /** Bytes of a file that is handed in. */
  maxUpload: number;
  /** Folder with the built page. */
  pageFolder: string;
}

const MAX_BODY = 64 * 1024;
const PAGE = 30;
/** One to stylize, three whose manner it takes, and masks of all of these. */
const MOST_PICTURES = 8;

const Command = z.strictObject({
  text: z.string().max(20_000),
  eventId: z.uuid(),
  pictures: z
    .array(KeptPicture.extend({ as: z.string().max(20).optional() }))
    .max(MOST_PICTURES)
    .default([]),
});
const Press = z.strictObject({ code: z.string().max(100), eventId: z.uuid() });
const Before = z.strictObject({ before: z.uuid().optional() });
const Of = z.strictObject({ of: z.uuid() });

const STATUS: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  invalid_request: 400,
  not_yours: 403,
  not_found: 404,
  too_many: 429,
  prompt_refused: 422,
  picture_refused: 422,
  storage_failed: 503,
  database_unavailable: 503,
};

export function webApp(deps: AppDeps) {
  const { studio, live, hub, log } = deps;
  const commands = { ...deps, shown: showIn(deps) };
  const app = new Hono<{ Variables: { visitor: Visitor } }>();

  app.onError((caught, context) => {
    if (caught instanceof HTTPException)
      return refuse(context, malformed(caught), caught.status as ContentfulStatusCode);
    const error = toAppError(caught);
    const status = STATUS[error.code] ?? 500;
    if (status >= 500) log.error({ err: error, path: context.req.path, ...error.detail }, 'request failed');
    return refuse(context, error, status);
  });
  app.notFound((context) => refuse(context, new AppError('not_found', 'There is nothing at this address.'), 404));

  app.use(headers, guardHost(deps.boundTo));
  app.route('/', operationRoutes(deps.operations));
  app.use('/api/*', guardOrigin, except('/api/upload', bodyLimit({ maxSize: MAX_BODY, onError: tooLarge })));
  app.use('/', session).use('/api/*', session);
  app.route('/', pageRoutes(deps.pageFolder));

  app.route('/api/upload', uploadRoutes(studio, deps.maxUpload));
  app.post('/api/command', zValidator('json', Command, ifUnfit), async (context) =>
    context.json(await runCommand(commands, { ...context.req.valid('json'), visitor: context.var.visitor })),
  );
  app.post('/api/press', zValidator('json', Press, ifUnfit), async (context) =>
    context.json(await pressButton(commands, { ...context.req.valid('json'), visitor: context.var.visitor })),
  );
  app.get('/api/messages', zValidator('query', Before, ifUnfit), async (context) => {
    const { before } = context.req.valid('query');
    const { sender } = context.var.visitor;
    const generations = await studio.history(sender, { limit: PAGE + 1, ...(before && { before }) });
    const shown = generations.slice(0, PAGE);
    return context.json({
      messages: shown.map((generation) => toMessage(generation, studio, live.get(generation.id))).reverse(),
      earlier: generations.length > PAGE,
    });
  });
  app.get('/api/events', (context) =>
    context.body(hub.subscribe(context.var.visitor.address.session), 200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    }),
  );
  app.get('/api/pictures/:key{.+}', zValidator('query', Of, ifUnfit), async (context) => {
    const request = { visitor: context.var.visitor, key: context.req.param('key'), of: context.req.valid('query').of };
    const { bytes, mime, name } = await readPicture(deps, request);
    return context.body(Uint8Array.from(bytes), 200, {
      'content-type': mime,
      'cache-control': 'private, max-age=31536000, immutable',
      'content-disposition': `inline; filename="${name}"`,
    });
  });
  app.get('/api/archive/:of', zValidator('param', Of, ifUnfit), async (context) => {
    const request = { visitor: context.var.visitor, of: context.req.valid('param').of };
    const { bytes, name } = await readArchive(studio, request);
    return context.body(Uint8Array.from(bytes), 200, {
      'content-type': 'application/zip',
      'cache-control': 'private, no-store',
      'content-disposition': `attachment; filename="${name}"`,
    });
  });
  app.get('/api/options', (context) => context.json(hints(studio)));
  app.get('/api/status', async (context) => context.json((await deps.about?.()) ?? null));
  return app;
}

const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'blob:'], // blob: what is attached and not sent yet
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: 'same-origin',
  xFrameOptions: 'DENY',
  strictTransportSecurity: false, // plain HTTP on loopback; a proxy with TLS adds its own
});

const refuse = (context: Context, error: AppError, status: ContentfulStatusCode) =>
  context.json({ notice: toWire(refusal(error)) }, status, { 'cache-control': 'no-store' });

const malformed = (caught: HTTPException) =>
  new AppError('invalid_request', 'The request is not valid JSON.', { cause: caught });

const tooLarge = (context: Context) =>
  refuse(context, new AppError('invalid_request', 'That is more than 64 KiB of text. Shorten it.'), 413);

/** What does not fit its schema was not sent by our page. */
const ifUnfit = (result: { success: boolean; error?: unknown }): void => {
  if (!result.success)
    throw new AppError('invalid_request', 'The server does not understand this request. Reload the page.', {
      cause: result.error,
    });
};
