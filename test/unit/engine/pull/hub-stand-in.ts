/** A strict stand-in for a Hugging Face hub, over HTTP: what it does not know how to answer is written down and fails the test. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StandInRepo {
  files: Record<string, Uint8Array | string>;
  card?: Record<string, unknown>;
  /** Whoever has no token is refused. */
  gated?: boolean;
}

export interface HubStandIn {
  url: string;
  /** Requests for file contents: path, first byte asked for, with which token. */
  reads: { path: string; from: number; token: string | undefined }[];
  /** What no client of a hub should send. */
  violations: string[];
  close(): Promise<void>;
}

export interface Trouble {
  /** Cut the connection after so many bytes of a large file, this many times. */
  cutAfter?: number;
  cuts?: number;
  /** Be out of order once all cuts are made. */
  thenDead?: boolean;
  /** Say so many bytes and send others. */
  lie?: (path: string, content: Buffer) => Buffer;
  /** Answer every file as a whole, whatever range was asked for. */
  noRanges?: boolean;
}

export const COMMIT = 'a'.repeat(40);
const LARGE = 1000; // from here on a file is kept as LFS does: its sha256 is known
const PAGE = 4;

export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
const gitHash = (content: Uint8Array): string =>
  createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');

export async function startHub(repos: Record<string, StandInRepo>, trouble: Trouble = {}): Promise<HubStandIn> {
  const reads: HubStandIn['reads'] = [];
  const violations: string[] = [];
  let cuts = trouble.cuts ?? 0;

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url!, 'http://hub');
    const token = request.headers.authorization?.replace(/^Bearer /, '');
    const json = (status: number, body: unknown, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    const refuse = (status: number, code: string) => json(status, { error: code }, { 'x-error-code': code });
    if (request.method !== 'GET') violations.push(`${request.method} ${url.pathname}`);
    const [, api, name, rest = ''] =
      /^\/(api\/models\/)?([\w.-]+\/[\w.-]+)\/(.*)$/.exec(decodeURIComponent(url.pathname)) ?? [];
    const repo = repos[name ?? ''];
    if (!repo) return refuse(token ? 404 : 401, 'RepoNotFound'); // a hub does not tell strangers what exists
    if (repo.gated && !token) return refuse(401, 'GatedRepo');
    if (api && rest.startsWith('revision/'))
      return rest === 'revision/main'
        ? json(200, {
            _id: '1',
            id: name,
            sha: COMMIT,
            cardData: repo.card ?? {},
            lastModified: '2026-01-01T00:00:00Z',
          })
        : refuse(404, 'RevisionNotFound');
    if (api && rest === `tree/${COMMIT}`) {
      const start = Number(url.searchParams.get('cursor') ?? 0);
      const entries = Object.entries(repo.files).map(([path, content]) => entryOf(path, Buffer.from(content)));
      url.searchParams.set('cursor', String(start + PAGE));
      const next = `<http://${request.headers.host}${url.pathname}${url.search}>; rel="next"`;
      return json(200, entries.slice(start, start + PAGE), start + PAGE < entries.length ? { link: next } : {});
    }
    const prefix = `resolve/${COMMIT}/`;
    const content = rest.startsWith(prefix) && repo.files[rest.slice(prefix.length)];
    if (api || !rest.startsWith(prefix)) violations.push(`${request.method} ${request.url}`);
    if (content === false || content === undefined) return refuse(404, 'EntryNotFound');
    send(request, response, rest.slice(prefix.length), Buffer.from(content), token);
  };

  const send = (request: IncomingMessage, response: ServerResponse, path: string, real: Buffer, token?: string) => {
    const content = trouble.lie?.(path, real) ?? real;
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const isProbe = from === '0' && to === '0';
    if (request.headers.range && from === undefined) violations.push(`Range: ${request.headers.range}`);
    if (!isProbe) reads.push({ path, from: Number(from ?? 0), token });
    if (trouble.thenDead && cuts === 0) return void response.writeHead(503).end();
    const start = from === undefined || (trouble.noRanges && !isProbe) ? 0 : Number(from);
    const end = isProbe ? 1 : content.length;
    const partial = from !== undefined && (isProbe || !trouble.noRanges);
    response.writeHead(partial ? 206 : 200, {
      'content-length': end - start,
      etag: `"${real.length < LARGE ? gitHash(real) : sha256(real)}"`,
      ...(partial && { 'content-range': `bytes ${start}-${end - 1}/${content.length}` }),
    });
    const body = content.subarray(start, end);
    if (!isProbe && cuts > 0 && trouble.cutAfter !== undefined && body.length > trouble.cutAfter) {
      cuts--;
      response.write(body.subarray(0, trouble.cutAfter), () => setTimeout(() => response.destroy(), 20));
    } else response.end(body);
  };

  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reads,
    violations,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function entryOf(path: string, content: Buffer) {
  if (content.length < LARGE) return { type: 'file', path, size: content.length, oid: gitHash(content) };
  const pointer = { oid: 'f'.repeat(40), lfs: { oid: sha256(content), size: content.length, pointerSize: 134 } };
  return { type: 'file', path, size: content.length, ...pointer };
}
