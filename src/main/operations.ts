/** Health, readiness and metrics of a process without a chat page. */
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { listen } from '../bots/web/listen.ts';
import { type Operations, operationRoutes } from '../bots/web/operations.ts';
import type { Logger } from '../core/log.ts';

/** Several workers on one machine take one port after the other, unless somebody chose one. Throws port_taken. */
export async function serveOperations(
  { operations, log }: { operations: Operations; log: Logger },
  { host, ...wanted }: { host: string; port: number; portWasChosen: boolean },
): Promise<{ url: string; stop(): Promise<void> }> {
  const routes = operationRoutes(operations).onError((err, context) => {
    log.error({ err, path: context.req.path }, 'request failed');
    return context.text('That did not work. The log says why.\n', 500);
  });
  const server = createAdaptorServer({ fetch: routes.fetch }) as Server;
  const port = await listen(server, { host, ...wanted });
  return {
    url: `http://${host}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
