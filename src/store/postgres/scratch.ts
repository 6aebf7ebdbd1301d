/** A throw-away server for tests and for writing migrations: quick, and careless of power cuts. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseOwner, type Owner } from './owner.ts';
import { ELSEWHERE } from './place.ts';
import { makeData, startServer, USER } from './server.ts';
import { findSoftware } from './software.ts';

const PASSWORD = 'scratch';
const CARELESS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };

export interface Scratch {
  /** Of its maintenance database, whose user may do everything. */
  url: string;
  stop(): Promise<void>;
}

/** Starts one in a new folder under the system's temporary folder, or in `folder`. */
export async function startScratchServer(options: { folder?: string; owner?: Owner } = {}): Promise<Scratch> {
  const home = options.folder ?? (await mkdtemp(join(tmpdir(), 'atelier-postgres-')));
  await chmod(home, 0o755);
  const owner = options.owner ?? (await chooseOwner(join(home, 'data')));
  const software = await findSoftware(owner, owner.uid === undefined ? home : ELSEWHERE);
  const cluster = { folder: home, owner, password: PASSWORD, software, settings: CARELESS };
  await makeData(cluster, ['--no-sync']);
  const server = await startServer(cluster);
  return {
    url: `postgresql://${USER}:${PASSWORD}@127.0.0.1:${server.port}/postgres`,
    async stop() {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Lends one for as long as `use` takes. */
export async function withScratchServer<T>(use: (url: string) => Promise<T>): Promise<T> {
  const server = await startScratchServer();
  try {
    return await use(server.url);
  } finally {
    await server.stop();
  }
}
