import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadOrCreateKey } from '../../../src/safety/key.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atelier-key-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('makes a key once, for its owner alone, and finds it again', async () => {
  const path = join(folder, 'keys', 'watermark.key');
  const made = await loadOrCreateKey({ path });
  expect(made.key).toHaveLength(32);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await loadOrCreateKey({ path })).toEqual(made);
});

it('ends with one key when many start at once, and leaves no drafts', async () => {
  const path = join(folder, 'watermark.key');
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateKey({ path })));
  expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(1);
  expect(await readdir(folder)).toEqual(['watermark.key']);
});

it('prefers the key that is given, and writes nothing', async () => {
  const hex = 'ab'.repeat(32);
  const { key } = await loadOrCreateKey({ path: join(folder, 'watermark.key'), hex });
  expect(Buffer.from(key).toString('hex')).toBe(hex);
  expect(await readdir(folder)).toEqual([]);
});

it('does not replace a damaged key, and does not print it', async () => {
  const path = join(folder, 'watermark.key');
  await writeFile(path, 'feed');
  await expect(loadOrCreateKey({ path })).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.not.stringContaining('feed'),
  });
  expect(await readFile(path, 'utf8')).toBe('feed');
});
