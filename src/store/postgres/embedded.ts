/** The database that comes with Atelier: lives in the data folder, runs as long as we do. */
import { mkdir, realpath } from 'node:fs/promises';
import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { unavailable } from '../unavailable.ts';
import { lockFolder } from './lock.ts';
import { ELSEWHERE, findPlace } from './place.ts';
import { type Cluster, logOf, makeData, type Server, startServer, USER } from './server.ts';
import { findSoftware } from './software.ts';

const DATABASE = 'atelier';

export interface Embedded {
  url: string;
  /** What the server says of itself. */
  serverLog: string;
  /** Such as `embedded Postgres 18.4 in ./data`. */
  description: string;
  close(): Promise<void>;
}

/** Throws data_in_use when another Atelier has the folder. */
export async function openEmbedded(deps: { log: Logger }, dataDir: string): Promise<Embedded> {
  if (process.platform === 'win32')
    throw new AppError('bad_config', 'There is no embedded database on Windows. Set DATABASE_URL, or use WSL.');
  try {
    await mkdir(dataDir, { recursive: true });
    const folder = await realpath(dataDir);
    const unlock = await lockFolder(folder, deps.log);
    return await open(deps, { folder, shown: dataDir }, unlock).catch(async (error) => {
      await unlock();
      throw error;
    });
  } catch (error) {
    throw unwritable(dataDir, error) ?? error;
  }
}

async function open(
  deps: { log: Logger },
  { folder, shown }: { folder: string; shown: string },
  unlock: () => Promise<void>,
): Promise<Embedded> {
  const { cluster, markMade, made } = await prepare(deps, folder);
  if (!made) await makeData(cluster).then(markMade);
  const server = await startServer(cluster);
  const watch = keepRunning(deps, cluster, server);
  const address = urlOf(cluster.password, server.port);
  const serverLog = logOf(cluster);
  await createDatabase(address('postgres')).catch(async (error) => {
    await watch.stop();
    throw unavailable({ url: address(DATABASE), serverLog }, error) ?? error;
  });
  const close = async () => {
    await watch.stop();
    await unlock();
  };
  return { url: address(DATABASE), serverLog, description: describe(cluster, shown), close };
}

const SAYS: Readonly<Record<string, string>> = {
  EACCES:
    'may not be written by the user Atelier runs as. Start it as the user who owns the folder, or change its owner',
  EPERM:
    'may not be written by the user Atelier runs as. Start it as the user who owns the folder, or change its owner',
  EROFS: 'lies on a read-only file system',
  ENOENT: 'is a link to what is not there: a disk that is not mounted, perhaps',
  ENOTDIR: 'is not a folder, or lies in what is none',
  EEXIST: 'is not a folder, or lies in what is none',
};

function unwritable(dataDir: string, cause: unknown): AppError | undefined {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOSPC')
    return new AppError('storage_full', `No space is left for the database in ${dataDir}. Free some.`, { cause });
  const says = cause instanceof AppError ? undefined : SAYS[code];
  return says
    ? new AppError('bad_config', `The data folder ${dataDir} ${says}. To use another folder, set DATA_DIR.`, { cause })
    : undefined;
}

async function prepare({ log }: { log: Logger }, dataDir: string) {
  const place = await findPlace(dataDir);
  const software = await findSoftware(place.owner, place.owner.uid === undefined ? place.folder : ELSEWHERE);
  if (relative(dataDir, place.folder).startsWith('..'))
    log.warn(
      { dataDir, kept: place.folder },
      'database kept outside the data folder, where the user it runs as can reach it',
    );
  const { folder, owner, password, made, markMade } = place;
  return { cluster: { folder, owner, password, software }, markMade, made };
}

const urlOf =
  (password: string, port: number) =>
  (database: string): string =>
    `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`;

const describe = ({ software, folder }: Cluster, shown: string): string =>
  `embedded Postgres ${software.version} in ${folder.startsWith(ELSEWHERE) ? folder : shown}`;

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (!rowCount) await client.query(`CREATE DATABASE "${DATABASE}"`);
  } finally {
    await client.end();
  }
}

/** A server that ends by itself (killed for memory, say) comes back on the same port. */
function keepRunning({ log }: { log: Logger }, cluster: Cluster, first: Server): { stop(): Promise<void> } {
  let stopping = false;
  let server = first;
  let comingBack: Promise<void> = Promise.resolve();
  const watch = () => server.child.once('exit', onExit);
  const onExit = (status: number | null, signal: string | null) => {
    if (stopping) return;
    log.error({ status, signal }, 'embedded database ended by itself');
    comingBack = restart();
  };
  const restart = async () => {
    for (let wait = 200; !stopping; wait = Math.min(wait * 2, 10_000)) {
      try {
        server = await startServer(cluster, first.port);
        watch();
        return log.info({ port: first.port }, 'embedded database runs again');
      } catch (error) {
        log.error({ err: error }, 'embedded database does not start');
        await sleep(wait);
      }
    }
  };
  watch();
  return {
    async stop() {
      stopping = true;
      await comingBack;
      await server.stop();
    },
  };
}
