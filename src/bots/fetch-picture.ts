/** Files that people attach, fetched from the hosts of their platform and from nowhere else. What is in them, cleansing finds out. */
import { type LookupAddress, lookup as resolve } from 'node:dns';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { BlockList, isIPv6, type LookupFunction } from 'node:net';
import { AppError } from '../core/errors.ts';

export interface FetchOptions {
  /** Host names (then by https only, and at public addresses), or whole origins such as http://127.0.0.1:4000. */
  hosts: readonly string[];
  /** Of the file. */
  maxBytes: number;
  /** For the whole of it, first byte to last. */
  timeoutMs?: number;
}

export type FetchPicture = (url: string, headers?: Readonly<Record<string, string>>) => Promise<Uint8Array>;

/** Why a file did not come, where a platform can say more about it. */
export type FetchFailure = 'elsewhere' | 'redirect' | 'page' | 'status' | 'too-large' | 'late';

const TIMEOUT_MS = 20_000;

const failure = (reason: FetchFailure, message: string, detail: Record<string, unknown> = {}) =>
  new AppError('invalid_request', message, { detail: { reason, ...detail } });

/** Throws invalid_request with `detail.reason`, platform_unavailable. */
export const createFetchPicture =
  ({ hosts, maxBytes, timeoutMs = TIMEOUT_MS }: FetchOptions): FetchPicture =>
  async (address, headers = {}) => {
    const { url, lookup } = allowed(address, hosts);
    const request = url.protocol === 'https:' ? secureRequest : plainRequest;
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request(url, { agent: false, headers: { accept: 'image/*', ...headers }, signal, ...(lookup && { lookup }) })
          .on('response', resolve)
          .on('error', reject)
          .end();
      });
      return await read(checked(response), maxBytes);
    } catch (caught) {
      if (caught instanceof AppError) throw caught;
      if (signal.aborted) throw failure('late', 'That file did not arrive in time. Try again, or send a smaller one.');
      throw new AppError('platform_unavailable', `The file could not be fetched from ${url.hostname}.`, {
        cause: caught,
      });
    }
  };

function allowed(address: string, hosts: readonly string[]): { url: URL; lookup?: LookupFunction } {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && !url.username && !url.password) {
    if (hosts.includes(url.origin)) return { url };
    if (url.protocol === 'https:' && !url.port && hosts.includes(url.hostname)) return { url, lookup: publicOnly };
  }
  throw failure('elsewhere', 'Pictures are only taken from the chat itself. Attach the file to your message.', {
    host: url?.hostname,
  });
}

/** No redirect is followed: a token must not travel, and neither must we. */
function checked(response: IncomingMessage): IncomingMessage {
  const { statusCode = 0, headers } = response;
  const fail = (error: AppError) => {
    response.destroy();
    throw error;
  };
  if (statusCode >= 300 && statusCode < 400)
    fail(failure('redirect', 'The file is not where the chat said it is. Send it again.'));
  if (statusCode >= 500) fail(new AppError('platform_unavailable', `The file server answered ${statusCode}.`));
  if (statusCode !== 200)
    fail(failure('status', 'The file is no longer there, or may not be read. Send it again.', { statusCode }));
  if (/^text\/html\b/i.test(headers['content-type'] ?? ''))
    fail(failure('page', 'A web page came instead of the file. Send it again.'));
  return response;
}

/** As the setting has it. */
const inMiB = (bytes: number): number => Math.round((bytes / 2 ** 20) * 100) / 100;

async function read(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () => {
    response.destroy();
    return failure('too-large', `That file is larger than ${inMiB(maxBytes)} MiB. Send a smaller one.`);
  };
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxBytes) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Checked at the moment of connecting, so that a name cannot mean one address now and another later. */
const publicOnly: LookupFunction = (hostname, options, callback) =>
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '');
    const refused = addresses.find(({ address }) => !isPublic(address));
    if (refused) return callback(new Error(`${hostname} is at ${refused.address}, which is not a public address`), '');
    if (options.all) return callback(null, addresses as LookupAddress[]);
    const [{ address, family }] = addresses as [LookupAddress];
    callback(null, address, family);
  });

/** Two lists: IPv4 addresses are also looked up among those mapped into IPv6. */
const [INWARD, INWARD6] = [new BlockList(), new BlockList()];
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  INWARD.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [
  ['::', 96], // unspecified, loopback, IPv4 in IPv6
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  INWARD6.addSubnet(net, prefix, 'ipv6');

export const isPublic = (address: string): boolean =>
  isIPv6(address) ? !INWARD6.check(address, 'ipv6') : !INWARD.check(address, 'ipv4');
