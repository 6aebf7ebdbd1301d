/** One Postgres server process on a folder of its own: made, started, stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chown, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../core/errors.ts';
import type { Owner } from './owner.ts';
import { endPostmaster, readPostmaster } from './postmaster.ts';
import { PLAIN_ENV, run } from './run.ts';
import type { Software } from './software.ts';

export const USER = 'atelier';

export interface Cluster {
  /** Absolute, without symbolic links. Holds `data/` and `server.log`. */
  folder: string;
  owner: Owner;
  password: string;
  software: Software;
  /** Server settings beside our own, such as `{ fsync: 'off' }`. */
  settings?: Record<string, string>;
}

/** What the server says of itself, since it was started last. */
export const logOf = ({ folder }: Pick<Cluster, 'folder'>): string => join(folder, 'server.log');

export interface Server {
  port: number;
  child: ChildProcess;
  stop(): Promise<void>;
}

/** Makes the data folder: complete or not at all. */
export async function makeData({ folder, owner, password, software }: Cluster, flags: string[] = []): Promise<void> {
  const [half, secret] = [join(folder, 'data.new'), join(folder, 'password')];
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { mode: 0o700 });
  await writeFile(secret, password, { mode: 0o600 });
  if (owner.uid !== undefined && owner.gid !== undefined)
    for (const path of [half, secret]) await chown(path, owner.uid, owner.gid);
  const { ok, said } = await run(
    software.initdb,
    ['-D', half, '-U', USER, '--auth=scram-sha-256', `--pwfile=${secret}`, '--encoding=UTF8', '--locale=C', ...flags],
    owner,
  );
  await rm(secret, { force: true });
  if (ok) return rename(half, join(folder, 'data'));
  await rm(half, { recursive: true, force: true });
  throw new AppError(
    /No space left/.test(said) ? 'storage_full' : 'database_unavailable',
    `The embedded database could not be made in ${folder}: ${lastLine(said)}`,
    { detail: { said } },
  );
}

/** Starts it on `port`, or on any free one. An orphan that a killed program left behind is stopped first. */
export async function startServer(cluster: Cluster, port?: number): Promise<Server> {
  const data = join(cluster.folder, 'data');
  await checkVersion(data, cluster.software);
  await endPostmaster(data);
  for (let attempt = 1; ; attempt++) {
    const server = await launch(cluster, port ?? (await freePort()));
    if ('stop' in server) return server;
    // Somebody may take a free port between asking for one and using it.
    if (port === undefined && attempt < 5 && /could not bind|Address already in use/.test(server.said)) continue;
    if (attempt < 20 && /pre-existing shared memory block is still in use/.test(server.said)) {
      await sleep(250); // the last of a killed server's children are on their way out
      continue;
    }
    throw new AppError(
      /No space left/.test(server.said) ? 'storage_full' : 'database_unavailable',
      `The embedded database in ${cluster.folder} did not start: ${lastLine(server.said)}. The whole story is in ${logOf(cluster)}.`,
      { detail: { said: server.said } },
    );
  }
}

async function launch(cluster: Cluster, port: number): Promise<Server | { said: string }> {
  const [data, logFile] = [join(cluster.folder, 'data'), logOf(cluster)];
  const log = await open(logFile, 'w', 0o600);
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    ...cluster.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(cluster.software.postgres, ['-D', data, ...flags], {
    ...cluster.owner,
    cwd: '/',
    env: PLAIN_ENV,
    stdio: ['ignore', log.fd, log.fd],
    detached: true, // a Ctrl-C in the terminal is for us; the database stops after we are done with it
  });
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (status, signal) => (ended = `it ended with ${signal ?? status}`));
  await log.close();
  child.unref();
  while (ended === undefined) {
    const { pid, ready } = await readPostmaster(data);
    if (ready && pid === child.pid) return { port, child, stop: () => endPostmaster(data) };
    await sleep(15);
  }
  return { said: (await readFile(logFile, 'utf8')).trim() || ended };
}

async function checkVersion(data: string, { version }: Software): Promise<void> {
  const made = Number.parseInt(await readFile(join(data, 'PG_VERSION'), 'utf8'), 10);
  const ours = Number.parseInt(version, 10);
  if (made === ours) return;
  throw new AppError(
    made > ours ? 'database_newer' : 'bad_config',
    `The database in ${data} was made by Postgres ${made}, this version of Atelier brings Postgres ${ours}. Use the version of Atelier that made it, or carry the data over with pg_dump ${made} and pg_restore.`,
  );
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

const lastLine = (said: string): string => {
  const lines = said.split('\n').filter(Boolean);
  return (lines.findLast((line) => /FATAL|PANIC|error:/.test(line)) ?? lines.at(-1) ?? 'no reason given').trim();
};
