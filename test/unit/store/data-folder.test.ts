import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, expect, it } from 'vitest';
import { openEmbedded } from '../../../src/store/postgres/embedded.ts';

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
