import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createFetchPicture, type FetchOptions, isPublic } from '../../../src/bots/fetch-picture.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: RequestListener): Promise<{ origin: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization ?? ''}`.trim());
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const MAX = 25 * 2 ** 20;

const failureOf = async (options: Omit<FetchOptions, 'maxBytes'> & { maxBytes?: number }, url: string) => {
  const error = await createFetchPicture({ maxBytes: MAX, ...options })(url).then(
    () => undefined,
    (error) => error,
  );
  return { code: error?.code, reason: error?.detail.reason, message: error?.message };
};

const hosts = ['cdn.discordapp.com', 'files.slack.com'];

it.each([
  ['the metadata service of a cloud', 'http://169.254.169.254/latest/meta-data/'],
  ['a host behind an allowed name', 'https://cdn.discordapp.com@evil.test/x'],
  ['a name that begins like an allowed one', 'https://cdn.discordapp.com.evil.test/x'],
  ['a name that ends like an allowed one', 'https://evil-cdn.discordapp.com/x'],
  ['an allowed host without encryption', 'http://cdn.discordapp.com/x'],
  ['an allowed host on another port', 'https://cdn.discordapp.com:8443/x'],
  ['a user at an allowed host', 'https://me:secret@cdn.discordapp.com/x'],
  ['a file', 'file:///etc/passwd'],
  ['data', 'data:image/png;base64,AAAA'],
  ['loopback', 'http://127.0.0.1:1/x'],
  ['no address at all', 'picture.png'],
])('%s is not asked', async (_, url) => {
  expect(await failureOf({ hosts }, url)).toMatchObject({ code: 'invalid_request', reason: 'elsewhere' });
});

it('an allowed name at an inward address is not connected to', async () => {
  const error = await createFetchPicture({ maxBytes: MAX, hosts: ['localhost'] })('https://localhost/x').catch(
    (error) => error,
  );
  expect(error).toMatchObject({ code: 'platform_unavailable' });
  expect(String(error.cause)).toContain('not a public address');
});

it.each([
  '10.0.0.1',
  '127.8.8.8',
  '100.64.0.1',
  '0.0.0.0',
  '172.20.1.1',
  '::1',
  '::ffff:127.0.0.1',
  'fd00::1',
  'fe80::1',
])('%s is inward', (address) => expect(isPublic(address)).toBe(false));
it.each(['162.159.135.233', '2606:4700::6810:1'])('%s is public', (address) => expect(isPublic(address)).toBe(true));

describe('a host that is named with its scheme and port', () => {
  it('is asked with the headers it needs', async () => {
    const { origin, asked } = await serve((_, response) => response.end(Buffer.from([1, 2, 3])));
    const bytes = await createFetchPicture({ maxBytes: MAX, hosts: [origin] })(`${origin}/a.png`, {
      authorization: 'Bearer t',
    });
    expect([...bytes]).toEqual([1, 2, 3]);
    expect(asked).toEqual(['/a.png Bearer t']);
  });

  it('may not send us on, and no token goes there', async () => {
    const elsewhere = await serve((_, response) => response.end('secret'));
    const { origin } = await serve((_, response) => response.writeHead(302, { location: elsewhere.origin }).end());
    expect(await failureOf({ hosts: [origin, elsewhere.origin] }, `${origin}/x`)).toMatchObject({ reason: 'redirect' });
    expect(elsewhere.asked).toEqual([]);
  });

  it('is cut off when it sends too much, said or unsaid', async () => {
    const said = await serve((_, response) =>
      response.writeHead(200, { 'content-length': 5000 }).end(Buffer.alloc(5000)),
    );
    let sent = 0;
    const unsaid = await serve((_, response) => {
      const more = () => {
        while (!response.destroyed && sent < 2 ** 28) {
          sent += 2 ** 14;
          if (!response.write(Buffer.alloc(2 ** 14))) return void response.once('drain', more);
        }
      };
      more();
    });
    for (const { origin } of [said, unsaid])
      expect(await failureOf({ hosts: [origin], maxBytes: 4096 }, origin)).toMatchObject({ reason: 'too-large' });
    expect(sent).toBeLessThan(2 ** 23);
  });

  it('is not waited for when it dribbles', async () => {
    const { origin } = await serve((_, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const before = performance.now();
    expect(await failureOf({ hosts: [origin], timeoutMs: 200 }, origin)).toMatchObject({ reason: 'late' });
    expect(performance.now() - before).toBeLessThan(2000);
  });

  it('that answers with a page, an error or nothing is understood', async () => {
    const page = await serve((_, response) =>
      response.setHeader('content-type', 'text/html; charset=utf-8').end('<html>'),
    );
    const gone = await serve((_, response) => response.writeHead(404).end());
    const broken = await serve((_, response) => response.writeHead(503).end());
    expect(await failureOf({ hosts: [page.origin] }, page.origin)).toMatchObject({ reason: 'page' });
    expect(await failureOf({ hosts: [gone.origin] }, gone.origin)).toMatchObject({ reason: 'status' });
    expect(await failureOf({ hosts: [broken.origin] }, broken.origin)).toMatchObject({ code: 'platform_unavailable' });
    const dead = await failureOf({ hosts: ['http://127.0.0.1:1'] }, 'http://127.0.0.1:1/');
    expect(dead).toMatchObject({ code: 'platform_unavailable' });
  });
});
