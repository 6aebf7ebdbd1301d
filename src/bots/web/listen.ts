/** Finds a port to listen on. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../../core/errors.ts';

const TRIES = 20;

/** The port it listens on. A taken default gives way to the next free one, a port somebody chose does not. */
export async function listen(
  server: Server,
  { host, port, portWasChosen }: { host: string; port: number; portWasChosen: boolean },
): Promise<number> {
  const last = portWasChosen || port === 0 ? port : Math.min(port + TRIES, 65_535);
  for (let candidate = port; candidate <= last; candidate++) {
    const problem = await attempt(server, host, candidate);
    if (!problem) return (server.address() as AddressInfo).port;
    if (problem.code !== 'EADDRINUSE') throw cannotListen(problem, host, candidate);
  }
  throw new AppError(
    'port_taken',
    last === port
      ? `Port ${port} on ${host} is taken by another program. Set WEB_PORT to a free one, or to 0 for any.`
      : `Ports ${port} to ${last} on ${host} are all taken. Set WEB_PORT to a free one, or to 0 for any.`,
  );
}

const attempt = (server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | undefined> =>
  new Promise((resolve) => {
    const settle = (problem?: NodeJS.ErrnoException) => {
      server.off('error', settle).off('listening', settle);
      resolve(problem);
    };
    server.once('error', settle).once('listening', settle).listen(port, host);
  });

const cannotListen = (problem: NodeJS.ErrnoException, host: string, port: number): AppError =>
  problem.code === 'EACCES'
    ? new AppError('port_taken', `Port ${port} needs administrator rights. Set WEB_PORT to one above 1023.`)
    : new AppError(
        'bad_config',
        `Cannot listen on ${host}:${port} (${problem.code}). Set WEB_HOST to an address of this machine.`,
        {
          cause: problem,
        },
      );
