/** Health, readiness and metrics of a process without a chat page. */
import { createServer } from 'node:http';
import { AppError } from '../core/errors.ts';

export interface Operations {
  health(): Promise<{ ok: boolean; parts: Record<string, string> }>;
  ready(): Promise<{ ok: boolean; parts: Record<string, string> }>;
  metrics(): Promise<{ body: string; contentType: string }>;
}

export async function serveOperations(deps: {
  host: string;
  port: number;
  portWasChosen: boolean;
  operations: Operations;
}): Promise<{ url: string; stop(): Promise<void> }> {
  const { host, port, portWasChosen, operations } = deps;
  const server = createServer(async (request, response) => {
    const check = { '/healthz': operations.health, '/readyz': operations.ready }[request.url ?? ''];
    if (check) {
      const state = await check();
      response.writeHead(state.ok ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(state));
    } else if (request.url === '/metrics') {
      const { body, contentType } = await operations.metrics();
      response.writeHead(200, { 'content-type': contentType }).end(body);
    } else response.writeHead(404).end();
  });
  const listen = (at: number) =>
    new Promise<void>((resolve, reject) =>
      server.once('error', reject).listen(at, host, () => resolve(server.removeListener('error', reject) && undefined)),
    );
  await listen(port).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE' || portWasChosen)
      throw new AppError(
        'port_taken',
        `Cannot listen on ${host}:${port} (${error.code}). Set WEB_PORT to a free port.`,
        { cause: error },
      );
    return listen(0); // several workers on one machine
  });
  const address = server.address();
  return {
    url: `http://${host}:${typeof address === 'object' ? address?.port : port}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
