import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, expect, it } from 'vitest';
import { openEmbedded } from '../../../src/store/postgres/embedded.ts';
import { findPlace } from '../../../src/store/postgres/place.ts';

const folder = mkdtempSync(join(tmpdir(), 'atelier-data-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
symlinkSync(join(folder, 'unmounted'), join(folder, 'link'));
writeFileSync(join(folder, 'file'), '');

it.each([
  ['link', 'is a link to what is not there: a disk that is not mounted, perhaps'],
  ['file', 'is not a folder'],
  ['file/data', 'is not a folder'],
  ['link/data', 'is not a folder'],
])('a data folder that can be none (%s) is said in words, with the setting', async (name, says) => {
  const failed = await openEmbedded({ log: pino({ level: 'silent' }) }, join(folder, name)).catch((error) => error);
  expect(failed).toMatchObject({ code: 'bad_config' });
  expect(failed.message).toContain(`The data folder ${join(folder, name)} ${says}`);
  expect(failed.message).toMatch(/\. To use another folder, set DATA_DIR\.$/);
});

it.runIf(process.getuid?.() === 0)(
  'a database that was copied without its owners is said, with the way to give it one',
  async () => {
    const data = join(folder, 'copy/postgres/data');
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, 'PG_VERSION'), '18\n');
    writeFileSync(
      join(folder, 'copy/postgres.json'),
      JSON.stringify({ v: 1, folder: 'postgres', password: 'x', made: true }),
    );
    await expect(findPlace(join(folder, 'copy'))).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining(`chown -R postgres ${data}`),
    });
  },
);
