/** The built page: index.html always fresh, its hashed assets for ever. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';

export function pageRoutes(folder: string): Hono {
  const forEver = serveStatic({
    root: folder,
    onFound: (_path, context) => context.header('cache-control', 'public, max-age=31536000, immutable'),
  });
  return new Hono()
    .get('/', async (context) => {
      const html = await readFile(join(folder, 'index.html'), 'utf8').catch(() => undefined);
      if (html === undefined)
        return context.text('The chat page is not built yet. Run `npm run build`, then reload this page.\n', 503);
      return context.html(html, 200, { 'cache-control': 'no-cache' });
    })
    .get('/assets/*', forEver);
}
