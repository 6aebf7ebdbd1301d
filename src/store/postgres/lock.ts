/** One Atelier per data folder. Survives kill -9 without anybody cleaning up. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { birthOf, machineId } from './process.ts';

const Holder = z.object({ pid: z.number().int(), born: z.string(), machine: z.string() });
type Holder = z.infer<typeof Holder>;

const BEAT_MS = 1_000;
/** Silence after which a holder we cannot see (another container, another machine) counts as dead. */
const STALE_MS = 5_000;
/** The same for one whose process is known to be gone. */
const STALE_AND_GONE_MS = 2_000;

/** Resolves to the way to give the folder free again. Throws data_in_use. */
export async function lockFolder(folder: string, log: Logger): Promise<() => Promise<void>> {
  const [note, machine] = [join(folder, 'atelier.pid'), await machineId(hostname())];
  const onCompromised = (error: Error) => log.error({ err: error, folder }, 'data folder taken by another process');
  const patience = Date.now() + STALE_MS + 2 * BEAT_MS;
  for (;;) {
    const holder = await readHolder(note);
    const here = holder?.machine === machine;
    if (here && (await birthOf(holder.pid)) === holder.born) throw inUse(folder, `process ${holder.pid}`);
    const stale = here ? STALE_AND_GONE_MS : STALE_MS;
    const options = { lockfilePath: join(folder, 'atelier.lock'), stale, update: BEAT_MS, onCompromised };
    const unlock = await lockfile.lock(folder, options).catch((error) => {
      if (error.code !== 'ELOCKED') throw error;
    });
    if (unlock) {
      await writeHolder(note, { pid: process.pid, born: (await birthOf(process.pid)) ?? '', machine });
      return async () => {
        await rm(note, { force: true });
        await unlock().catch(() => {}); // compromised, and already reported
      };
    }
    if (Date.now() > patience) throw inUse(folder, 'on another machine or in another container');
    await sleep(200);
  }
}

const readHolder = async (note: string): Promise<Holder | undefined> => {
  const text = await readFile(note, 'utf8').catch(() => 'null');
  try {
    return Holder.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // half-written before a crash
  }
};

const writeHolder = async (note: string, holder: Holder): Promise<void> => {
  await writeFile(`${note}.new`, JSON.stringify(holder));
  await rename(`${note}.new`, note);
};

const inUse = (folder: string, who: string) =>
  new AppError(
    'data_in_use',
    `Another Atelier (${who}) uses the data folder ${folder}. Stop it first, or start this one with another DATA_DIR. To run several together, set DATABASE_URL.`,
    { detail: { folder } },
  );
