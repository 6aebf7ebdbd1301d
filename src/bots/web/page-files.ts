/** The built page: index.html always fresh, its assets, whose names carry a hash of their content, for ever. */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { type Context, Hono } from 'hono';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export function pageRoutes(folder: string): Hono {
  const asset = async (context: Context) => {
    const name = context.req.param('name') ?? '';
    const type = TYPES[extname(name)];
    const bytes = type && (await read(join(folder, 'assets', name)));
    if (!bytes) return context.notFound();
    return context.body(bytes, 200, { 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' });
  };
  return new Hono()
    .get('/', async (context) => {
      const html = await read(join(folder, 'index.html'));
      if (!html)
        return context.text('The chat page is not built yet. Run `npm run build`, then reload this page.\n', 503);
      return context.body(html, 200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
    })
    .get('/assets/:name{[\\w-]+\\.[a-z]+}', asset);
}

const read = async (path: string): Promise<Uint8Array<ArrayBuffer> | undefined> =>
  readFile(path).then(
    (bytes) => Uint8Array.from(bytes),
    () => undefined,
  );
