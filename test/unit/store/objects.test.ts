import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ObjectStore } from '../../../src/core/records.ts';
import { clearAbandoned, createFolderStore } from '../../../src/store/objects.ts';

let dir: string;
let objects: ObjectStore;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'atelier-objects-'));
  objects = createFolderStore({ dir });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const files = async (): Promise<string[]> => {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
};
const picture = new TextEncoder().encode('not really a picture');

it('gives back what was put, by a key made of its content', async () => {
  const { key, sha256 } = await objects.put(picture, 'image/png');
  expect(sha256).toBe(createHash('sha256').update(picture).digest('hex'));
  expect(key).toBe(`${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}.png`);
  expect(new Uint8Array(await objects.get(key))).toEqual(picture);
});

it('keeps the same bytes once, however many put them at once', async () => {
  const keys = await Promise.all(Array.from({ length: 20 }, () => objects.put(picture, 'image/png')));
  expect(new Set(keys.map(({ key }) => key)).size).toBe(1);
  expect(await files()).toHaveLength(1);
});

it('replaces an object that a crash of the machine cut short', async () => {
  const { key } = await objects.put(picture, 'image/png');
  await writeFile(join(dir, key), 'not');
  await objects.put(picture, 'image/png');
  expect(new Uint8Array(await readFile(join(dir, key)))).toEqual(picture);
});

it('holds empty and large objects too', async () => {
  for (const bytes of [new Uint8Array(), new Uint8Array(5_000_000).fill(7)]) {
    const { key } = await objects.put(bytes, 'application/octet-stream');
    expect((await objects.get(key)).length).toBe(bytes.length);
  }
});

it('says not_found for what is not there, and deleting that is no error', async () => {
  const { key } = await objects.put(picture, 'image/jpeg');
  expect(key).toMatch(/\.jpg$/);
  await objects.delete(key);
  await objects.delete(key);
  await expect(objects.get(key)).rejects.toMatchObject({ code: 'not_found' });
});

it.each(['../../etc/passwd', '/etc/passwd', 'ab/cd/../../x.png', '', 'ab/cd/ef.png'])(
  'never leaves its folder for the key %j',
  async (key) => {
    await expect(objects.get(key)).rejects.toMatchObject({ code: 'not_found' });
    await expect(objects.delete(key)).rejects.toMatchObject({ code: 'not_found' });
  },
);

it('says storage_failed when the folder cannot be used', async () => {
  await writeFile(join(dir, 'file'), '');
  const broken = createFolderStore({ dir: join(dir, 'file') });
  await expect(broken.put(picture, 'image/png')).rejects.toMatchObject({ code: 'storage_failed' });
});

it('clears away what a killed program had begun an hour ago, and nothing younger', async () => {
  const { key } = await objects.put(picture, 'image/png');
  await mkdir(join(dir, 'incoming'), { recursive: true });
  await writeFile(join(dir, 'incoming', 'half'), 'ha');
  await clearAbandoned({ dir });
  expect(await files()).toContain('half');
  await clearAbandoned({ dir }, Date.now() + 2 * 3_600_000);
  expect(await files()).toEqual([key.split('/').at(-1)]);
});
