/** The HTTP face of Slack: Web API methods, uploads, downloads, response URLs. Faults are injected here. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { chatMethods } from './chat-methods.ts';
import { fileMethods, receiveUpload } from './file-methods.ts';
import { type Answer, type Method, method, refuse } from './method.ts';
import { answerHook } from './response-url.ts';
import { viewMethods } from './view-methods.ts';
import type { Workspace } from './workspace.ts';

export type Fault =
  | { kind: 'status'; status: number }
  | { kind: 'ratelimited'; retryAfter: number }
  | { kind: 'error'; error: string }
  /** The connection is lost before Slack did anything. */
  | { kind: 'drop-before' }
  /** Slack did it, and nobody hears of it. */
  | { kind: 'drop-after' }
  | { kind: 'delay'; ms: number };

export interface WebApi {
  server: Server;
  origin: string;
  /** The next calls of that method (or of `upload`, `hook`) go wrong like this, one fault a call. */
  fail(method: string, ...faults: Fault[]): void;
  /** Until told otherwise no new connection gets an answer. */
  setDown(down: boolean): void;
  close(): Promise<void>;
}

export async function startWebApi(workspace: Workspace, openConnection: (origin: string) => string): Promise<WebApi> {
  const faults = new Map<string, Fault[]>();
  let down = false;
  const METHODS: Record<string, Method> = {
    ...chatMethods,
    ...fileMethods,
    ...viewMethods,
    'auth.test': method([], z.strictObject({}), ({ teamId, teamDomain, botUser, botId }) => ({
      ok: true,
      url: 'https://lab.slack.com/',
      team: teamDomain,
      user: 'atelier',
      team_id: teamId,
      user_id: botUser,
      bot_id: botId,
      is_enterprise_install: false,
    })),
    'apps.connections.open': method([], z.strictObject({}), (_workspace, _args, origin) => ({
      ok: true,
      url: openConnection(origin),
    })),
  };

  const server = createServer((request, response) => {
    if (down) return void request.socket.destroy();
    serve(request, response).catch((error: unknown) => {
      workspace.violate(`the stand-in failed: ${String(error)}`);
      response.writeHead(500).end();
    });
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', origin);
    const body = await readAll(request);
    const [, root = '', ...path] = pathname.split('/');
    const name = root === 'api' ? path.join('/') : root === 'hooks' ? 'hook' : root;
    const fault = faults.get(name)?.shift();
    if (fault?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));
    if (fault?.kind === 'drop-before') return void request.socket.destroy();
    if (fault?.kind === 'status') return void response.writeHead(fault.status).end('injected');
    if (fault?.kind === 'ratelimited')
      return send(response, refuse('ratelimited'), {
        status: 429,
        headers: { 'retry-after': String(fault.retryAfter) },
      });
    if (root === 'api') {
      const answer = fault?.kind === 'error' ? refuse(fault.error) : call(name, request, body);
      if (fault?.kind === 'drop-after') return void request.socket.destroy();
      return send(response, answer);
    }
    if (root === 'upload') {
      const status = receiveUpload(workspace, path[1] ?? '', body);
      if (request.headers.authorization) workspace.violate('the bot token was sent to an upload_url');
      if (fault?.kind === 'drop-after') return void request.socket.destroy();
      return void response.writeHead(status).end(status === 200 ? `OK - ${body.length}` : 'no');
    }
    if (root === 'hooks') {
      const { status, text } = answerHook(workspace, pathname, request.headers['content-type'], body.toString());
      if (fault?.kind === 'drop-after') return void request.socket.destroy();
      return void response.writeHead(status).end(text);
    }
    if (root === 'files-pri') {
      const file = workspace.files.get(path[0]?.split('-')[1] ?? '');
      if (request.headers.authorization !== `Bearer ${workspace.botToken}` || !workspace.isReady(file) || file?.closed)
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><title>Slack</title>');
      return void response.writeHead(200, { 'content-type': file!.mimetype }).end(file!.bytes);
    }
    workspace.violate(`${request.method} ${pathname}: no such place`);
    response.writeHead(404).end();
  }

  function call(name: string, request: IncomingMessage, body: Buffer): Answer {
    const args = readArgs(request, body);
    const answer = decide(name, request.headers.authorization, args);
    const error = answer.ok ? undefined : answer.error;
    workspace.calls.push({ method: name, at: Date.now(), args, ok: answer.ok, ...(error && { error }) });
    return answer;
  }

  function decide(name: string, authorization: string | undefined, args: Record<string, unknown>): Answer {
    const known = METHODS[name];
    if (!known) {
      workspace.violate(`${name}: unknown method`);
      return refuse('unknown_method');
    }
    const token = name === 'apps.connections.open' ? workspace.appToken : workspace.botToken;
    if (!authorization) return refuse('not_authed');
    if (authorization !== `Bearer ${token}`) return refuse('invalid_auth');
    if (known.scopes.length > 0 && !known.scopes.some((scope) => workspace.scopes.has(scope)))
      return refuse('missing_scope');
    const parsed = known.args.safeParse(args);
    if (!parsed.success) {
      const messages = parsed.error.issues.map(({ path, message }) => `[ERROR] ${path.join('.')}: ${message}`);
      for (const message of messages) workspace.violate(`${name}: ${message}`);
      return refuse('invalid_arguments', messages);
    }
    return known.call(workspace, parsed.data as never, origin);
  }

  return {
    server,
    origin,
    fail: (name, ...more) => void faults.set(name, [...(faults.get(name) ?? []), ...more]),
    setDown: (value) => {
      down = value;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function readArgs(request: IncomingMessage, body: Buffer): Record<string, unknown> {
  const text = body.toString();
  return request.headers['content-type']?.startsWith('application/json')
    ? (JSON.parse(text || '{}') as Record<string, unknown>)
    : Object.fromEntries(new URLSearchParams(text));
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function send(
  response: ServerResponse,
  answer: Answer,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    .end(JSON.stringify(answer));
}
