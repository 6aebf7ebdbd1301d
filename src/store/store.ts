/** Everything that is kept: records in Postgres, pictures as objects. */
import { join } from 'node:path';
import type { Config } from '../core/config.ts';
import type { Logger } from '../core/log.ts';
import type { ObjectStore, Records } from '../core/records.ts';
import { openDatabase } from './database.ts';
import { applyMigrations } from './migrate.ts';
import { clearAbandoned, createFolderStore } from './objects.ts';
import { createPinger } from './pinger.ts';
import { openEmbedded } from './postgres/embedded.ts';
import { createRecords } from './records.ts';
import { reportingTrouble, unavailable, type Which } from './unavailable.ts';

export interface StoreOptions {
  config: Pick<Config, 'DATA_DIR' | 'DATABASE_URL'>;
  log: Logger;
}

export interface Store {
  /** For others who keep things in the same database. Holds a password. */
  databaseUrl: string;
  /** For people: which database, without the password. */
  description: string;
  records: Records;
  objects: ObjectStore;
  /** Throws database_unavailable within seconds, also when the database is silent. */
  ping(): Promise<void>;
  /** Stops the embedded database too: close everyone else who uses it first. */
  close(): Promise<void>;
}

/** Throws AppError with the remedy: database_unavailable, database_newer, data_in_use, bad_config, storage_full. */
export async function openStore({ config, log }: StoreOptions): Promise<Store> {
  const { DATA_DIR, DATABASE_URL } = config;
  const server: Server = DATABASE_URL ? given(DATABASE_URL) : await openEmbedded({ log }, DATA_DIR);
  try {
    const applied = await applyMigrations(server.url, server);
    if (applied.length > 0) log.info({ applied }, 'database migrated');
  } catch (error) {
    await server.close();
    throw error;
  }
  const dir = join(DATA_DIR, 'objects');
  await clearAbandoned({ dir }).catch((err) => log.warn({ err }, 'could not clear abandoned uploads'));
  const { db, close } = openDatabase({ log }, server.url);
  const pinger = createPinger(server.url);
  const trouble = (caught: unknown) => unavailable(server, caught);
  const { ping } = reportingTrouble({ ping: pinger.ping }, trouble);
  return {
    databaseUrl: server.url,
    description: server.description,
    records: reportingTrouble(createRecords({ db, log }), trouble),
    objects: createFolderStore({ dir }),
    ping,
    async close() {
      await pinger.close();
      await close();
      await server.close();
    },
  };
}

interface Server extends Which {
  description: string;
  close(): Promise<void>;
}

function given(url: string): Server {
  const { hostname, port, pathname } = new URL(url);
  const description = `Postgres at ${hostname}:${port || 5432}, database ${decodeURIComponent(pathname.slice(1)) || '(default)'}`;
  return { url, description, close: async () => {} };
}
