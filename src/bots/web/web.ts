/** The built-in chat page: the same commands and replies as on every platform, on an address of this machine. */
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import type { Config } from '../../core/config.ts';
import type { Courier } from '../../core/courier.ts';
import type { Logger } from '../../core/log.ts';
import type { Studio } from '../../core/studio.ts';
import { uploadBytes } from '../../core/upload-bounds.ts';
import { webApp } from './app.ts';
import { webCourier } from './courier.ts';
import { openHub } from './hub.ts';
import { listen } from './listen.ts';
import { rememberLive } from './live.ts';
import type { Operations } from './operations.ts';
import type { About } from './wire.ts';

export interface WebDeps {
  config: Pick<Config, 'WEB_HOST' | 'WEB_PORT' | 'UPLOAD_MAX_MB'> & { portWasChosen: boolean };
  studio: Studio;
  operations: Operations;
  about?: () => About | Promise<About>;
  log: Logger;
  /** Default: dist/page of this checkout. */
  pageFolder?: string;
}

const BUILT_PAGE = fileURLToPath(new URL('../../../dist/page', import.meta.url)); // the same from src/ and from dist/
const GRACE_MS = 2000;

/** Listens at once. Throws AppError('port_taken') when there is nothing free to listen on. */
export async function startWeb({
  config,
  log,
  pageFolder = BUILT_PAGE,
  ...deps
}: WebDeps): Promise<{ courier: Courier<'web'>; url: string; stop(): Promise<void> }> {
  const { WEB_HOST: host, WEB_PORT: wanted, portWasChosen } = config;
  const [hub, live] = [openHub(), rememberLive()];
  const maxUpload = uploadBytes(config);
  const app = webApp({ ...deps, hub, live, log, boundTo: host, pageFolder, maxUpload });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  const port = await listen(server, { host, port: wanted, portWasChosen });
  if (wanted !== 0 && port !== wanted) log.warn({ wanted, port }, 'port taken, using the next free one');
  const url = `http://${shownHost(host)}:${port}`;
  log.info({ url }, 'chat page is listening');
  return { courier: webCourier({ hub, live }), url, stop };

  async function stop(): Promise<void> {
    hub.close();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const impatience = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    await closed;
    clearTimeout(impatience);
  }
}

/** An address a browser on this machine can open. */
const shownHost = (host: string): string =>
  host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
