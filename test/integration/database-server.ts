/**
 * One Postgres for a whole test run, started by the first test that asks (or TEST_DATABASE_URL, then nothing is started).
 * As vitest's globalSetup it makes the place and, when all is over, stops what was started there.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { endPostmaster } from '../../src/store/postgres/postmaster.ts';
import { startScratchServer } from '../../src/store/postgres/scratch.ts';

const HOME = 'ATELIER_TEST_HOME';
/** Several projects share one run, and this file is loaded by each. */
const shared = globalThis as { atelierTestRuns?: number };

export default function setup(): (() => Promise<void>) | undefined {
  if (process.env.TEST_DATABASE_URL) return undefined;
  shared.atelierTestRuns = (shared.atelierTestRuns ?? 0) + 1;
  process.env[HOME] ??= searchable(mkdtempSync(join(tmpdir(), 'atelier-test-')));
  const home = process.env[HOME];
  return async () => {
    shared.atelierTestRuns! -= 1;
    if (shared.atelierTestRuns! > 0) return;
    await endPostmaster(join(home, 'data'));
    rmSync(home, { recursive: true, force: true });
  };
}

/** The URL of the run's server, whose user may create databases. */
export async function testServer(): Promise<string> {
  if (process.env.TEST_DATABASE_URL) return process.env.TEST_DATABASE_URL;
  const home = process.env[HOME];
  if (!home) throw new Error('Add test/integration/database-server.ts as globalSetup of this vitest project.');
  const unlock = await lockfile.lock(home, { retries: { retries: 300, minTimeout: 100, maxTimeout: 100 } });
  try {
    const note = join(home, 'url');
    const known = await readFile(note, 'utf8').catch(() => undefined);
    if (known) return known;
    const { url } = await startScratchServer({ folder: home });
    await writeFile(note, url);
    return url;
  } finally {
    await unlock();
  }
}

function searchable(folder: string): string {
  chmodSync(folder, 0o755);
  return folder;
}
