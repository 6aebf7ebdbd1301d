/** The HTTP side: routing, authorization, bodies, rate limits, and faults before and after. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { callback } from './callbacks.ts';
import { getMessage, listMessages, openDirect, patchMessage, postMessage, removeMessage } from './channels.ts';
import { getCommands, putCommands } from './commands.ts';
import type { Fault, Faults } from './faults.ts';
import { sign, userJson } from './json.ts';
import { Refused, tooLarge, unauthorized } from './refused.ts';
import type { Upload } from './rules.ts';
import { deleteOriginal, editOriginal, followUp, getOriginal } from './webhooks.ts';
import type { World } from './world.ts';

export interface Call {
  base: string;
  query: URLSearchParams;
  body: unknown;
  uploads: Upload[];
  fault?: Fault['kind'] | undefined;
}

export interface Answer {
  status: number;
  body?: unknown;
}

type Handle = (world: World, call: Call, ids: string[]) => Promise<Answer>;

const gatewayBot: Handle = async (_world, { base }) => ({
  status: 200,
  body: {
    url: `${base.replace('http', 'ws')}/gateway`,
    shards: 1,
    session_start_limit: { total: 1000, remaining: 999, reset_after: 86_400_000, max_concurrency: 1 },
  },
});
const me: Handle = async (world) => ({ status: 200, body: { ...userJson(world.bot), mfa_enabled: false } });
const application: Handle = async (world) => ({
  status: 200,
  body: {
    id: world.applicationId,
    name: 'Atelier',
    icon: null,
    description: '',
    type: null,
    bot: userJson(world.bot),
    summary: '',
    bot_public: false,
    bot_require_code_grant: false,
    verify_key: '0'.repeat(64),
    flags: 0,
    hook: true,
  },
});

/** `auth: false`: the token in the path is the authorization, and a bot token beside it would be a leak. */
const ROUTES: { method: string; path: RegExp; handle: Handle; auth: boolean }[] = [
  { method: 'GET', path: /^\/gateway\/bot$/, handle: gatewayBot, auth: true },
  { method: 'GET', path: /^\/users\/@me$/, handle: me, auth: true },
  { method: 'GET', path: /^\/applications\/@me$/, handle: application, auth: true },
  { method: 'GET', path: /^\/applications\/(\d+)\/commands$/, handle: getCommands, auth: true },
  { method: 'PUT', path: /^\/applications\/(\d+)\/commands$/, handle: putCommands, auth: true },
  { method: 'GET', path: /^\/applications\/(\d+)\/guilds\/(\d+)\/commands$/, handle: getCommands, auth: true },
  { method: 'PUT', path: /^\/applications\/(\d+)\/guilds\/(\d+)\/commands$/, handle: putCommands, auth: true },
  { method: 'POST', path: /^\/interactions\/(\d+)\/([\w-]+)\/callback$/, handle: callback, auth: false },
  { method: 'POST', path: /^\/webhooks\/(\d+)\/([\w-]+)$/, handle: followUp, auth: false },
  { method: 'GET', path: /^\/webhooks\/(\d+)\/([\w-]+)\/messages\/@original$/, handle: getOriginal, auth: false },
  { method: 'PATCH', path: /^\/webhooks\/(\d+)\/([\w-]+)\/messages\/@original$/, handle: editOriginal, auth: false },
  { method: 'DELETE', path: /^\/webhooks\/(\d+)\/([\w-]+)\/messages\/@original$/, handle: deleteOriginal, auth: false },
  { method: 'POST', path: /^\/users\/@me\/channels$/, handle: openDirect, auth: true },
  { method: 'GET', path: /^\/channels\/(\d+)\/messages$/, handle: listMessages, auth: true },
  { method: 'POST', path: /^\/channels\/(\d+)\/messages$/, handle: postMessage, auth: true },
  { method: 'GET', path: /^\/channels\/(\d+)\/messages\/(\d+)$/, handle: getMessage, auth: true },
  { method: 'PATCH', path: /^\/channels\/(\d+)\/messages\/(\d+)$/, handle: patchMessage, auth: true },
  { method: 'DELETE', path: /^\/channels\/(\d+)\/messages\/(\d+)$/, handle: removeMessage, auth: true },
];

const BODY_LIMIT = 26 * 1024 * 1024;
/** Requests with the bot token, per second. Interaction endpoints do not count. */
const GLOBAL_LIMIT = 50;

export function createRest(world: World, faults: Faults): Server {
  const recent: number[] = [];
  const server = createServer(async (request, response) => {
    const { port } = server.address() as { port: number };
    const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
    try {
      if (/^\/(ephemeral-)?attachments\//.test(url.pathname)) return serveAttachment(world, url, response);
      const path = decodeURIComponent(url.pathname.replace(/^\/api\/v10/, ''));
      const fault = faults.take(request.method ?? '', path);
      const raw = await readAll(request);
      if (fault?.kind === 'lost-before') return request.socket.destroy();
      if (fault?.kind === 'slow') await sleep(fault.ms);
      if (fault && disturbed(fault, response)) return;
      const route = ROUTES.find((one) => one.method === request.method && one.path.test(path));
      if (!route || !url.pathname.startsWith('/api/v10/')) {
        world.violate(`unknown route ${request.method} ${url.pathname}`);
        throw new Refused(404, 0, '404: Not Found');
      }
      authorize(world, request, route.auth, path);
      if (route.auth && overLimit(recent)) return tooFast(world, response);
      const { body, uploads } = await parse(request, raw);
      const call = { base: url.origin, query: url.searchParams, body, uploads, fault: fault?.kind };
      const answer = await route.handle(world, call, route.path.exec(path)!.slice(1));
      if (fault?.kind === 'lost-after') return request.socket.destroy();
      send(response, answer);
    } catch (caught) {
      if (caught instanceof Refused)
        return send(response, { status: caught.status, body: { code: caught.code, message: caught.message } });
      world.violate(`the stand-in failed: ${caught instanceof Error ? caught.stack : String(caught)}`);
      send(response, { status: 500, body: { code: 0, message: '500: Internal Server Error' } });
    }
  });
  return server;
}

function authorize(world: World, request: IncomingMessage, needed: boolean, path: string): void {
  const given = request.headers.authorization;
  if (!/^DiscordBot \(/.test(request.headers['user-agent'] ?? '')) world.violate(`${path}: no DiscordBot User-Agent`);
  if (needed && given !== `Bot ${world.token}`) throw unauthorized();
  if (!needed && given) world.violate(`${path}: the bot token was sent where the path already authorizes`);
}

function overLimit(recent: number[]): boolean {
  const now = Date.now();
  while (recent.length > 0 && recent[0]! < now - 1000) recent.shift();
  recent.push(now);
  return recent.length > GLOBAL_LIMIT;
}

function tooFast(world: World, response: ServerResponse): void {
  world.violate('more than 50 requests in a second');
  disturbed({ kind: '429', scope: 'global', retryAfter: 1 }, response);
}

function disturbed(fault: Fault, response: ServerResponse): boolean {
  if (fault.kind === '5xx') send(response, { status: fault.status, body: { message: 'upstream', code: 0 } });
  else if (fault.kind === 'refuse')
    send(response, { status: fault.status, body: { code: fault.code, message: fault.message } });
  else if (fault.kind === '429') {
    response.setHeader('Retry-After', String(Math.ceil(fault.retryAfter)));
    response.setHeader('X-RateLimit-Scope', fault.scope);
    if (fault.scope === 'global') response.setHeader('X-RateLimit-Global', 'true');
    else response.setHeader('X-RateLimit-Bucket', 'stand-in');
    send(response, {
      status: 429,
      body: {
        message: 'You are being rate limited.',
        retry_after: fault.retryAfter,
        global: fault.scope === 'global',
      },
    });
  } else return false;
  return true;
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= BODY_LIMIT) chunks.push(chunk as Buffer);
  }
  if (size > BODY_LIMIT) throw tooLarge();
  return Buffer.concat(chunks);
}

async function parse(request: IncomingMessage, raw: Buffer): Promise<{ body: unknown; uploads: Upload[] }> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data'))
    return { body: raw.length > 0 ? JSON.parse(raw.toString()) : undefined, uploads: [] };
  const form = await new Response(new Uint8Array(raw), { headers: { 'content-type': type } }).formData();
  const uploads: Upload[] = [];
  for (const [field, value] of form.entries())
    if (typeof value !== 'string')
      uploads.push({
        field,
        filename: value.name,
        contentType: value.type,
        bytes: new Uint8Array(await value.arrayBuffer()),
      });
  const json = JSON.parse(String(form.get('payload_json') ?? '{}'));
  for (const holder of [json, json.data]) // ids may be numbers on the wire
    for (const one of holder?.attachments ?? []) one.id = String(one.id);
  return { body: json, uploads };
}

function serveAttachment(world: World, url: URL, response: ServerResponse): void {
  const [, , , id] = url.pathname.split('/');
  const ex = url.searchParams.get('ex') ?? '';
  const fresh = url.searchParams.get('hm') === sign(url.pathname, ex) && parseInt(ex, 16) * 1000 > world.clock.now();
  const shown = [...world.messages.values()].flatMap(({ attachments }) => attachments);
  const found = world.loose.get(id ?? '') ?? shown.find((one) => one.id === id);
  if (!fresh || !found) return void response.writeHead(404).end('This content is no longer available.');
  response.writeHead(200, { 'content-type': found.contentType }).end(found.bytes);
}

function send(response: ServerResponse, { status, body }: Answer): void {
  if (body === undefined) return void response.writeHead(status).end();
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
