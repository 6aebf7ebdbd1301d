/** Databases that had to lie elsewhere and whose data folder was a temporary one that is gone, with their password. */
import { access, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { endPostmaster } from './postmaster.ts';

/** Names the folder, in a file beside the data. */
export const BELONGS_TO = 'belongs-to';

/** Takes them away. What belongs to a folder anywhere else stays: it may be unmounted, or come back. */
export async function clearForgotten(elsewhere: string): Promise<void> {
  const temporary = (await realpath(tmpdir())) + sep;
  for (const name of await readdir(elsewhere).catch(() => [])) {
    const folder = join(elsewhere, name);
    const owner = (await readFile(join(folder, BELONGS_TO), 'utf8').catch(() => '')).trim();
    if (
      !owner.startsWith(temporary) ||
      (await access(owner).then(
        () => true,
        () => false,
      ))
    )
      continue;
    await endPostmaster(join(folder, 'data'));
    await rm(folder, { recursive: true, force: true });
  }
}
