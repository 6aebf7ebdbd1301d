import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { clearForgotten } from '../../../src/store/postgres/forgotten.ts';

it('takes away only what belonged to a temporary folder that is gone', async () => {
  const elsewhere = await realpath(await mkdtemp(join(tmpdir(), 'atelier-forgotten-')));
  const owners = {
    gone: join(elsewhere, 'no-more'),
    here: elsewhere,
    unmounted: '/srv/no-such-disk/data',
    unknown: undefined,
  };
  for (const [name, owner] of Object.entries(owners)) {
    await mkdir(join(elsewhere, name, 'data'), { recursive: true });
    if (owner) await writeFile(join(elsewhere, name, 'belongs-to'), `${owner}\n`);
  }
  await clearForgotten(elsewhere);
  expect((await readdir(elsewhere)).sort()).toEqual(['here', 'unknown', 'unmounted']);
  await rm(elsewhere, { recursive: true });
});
