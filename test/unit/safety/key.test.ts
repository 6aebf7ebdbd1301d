import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadOrCreateKeys, rotateKeyFile } from '../../../src/safety/key.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atelier-key-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('makes a key once, for its owner alone, and finds it again', async () => {
  const path = join(folder, 'keys', 'watermark.key');
  const made = await loadOrCreateKeys({ path });
  expect(made.key).toHaveLength(32);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await loadOrCreateKeys({ path })).toEqual(made);
});

it('ends with one key when many start at once, and leaves no drafts', async () => {
  const path = join(folder, 'watermark.key');
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateKeys({ path })));
  expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(1);
  expect(await readdir(folder)).toEqual(['watermark.key']);
});

it('prefers the key that is given, and writes nothing', async () => {
  const hex = 'ab'.repeat(32);
  const { key } = await loadOrCreateKeys({ path: join(folder, 'watermark.key'), hex });
  expect(Buffer.from(key).toString('hex')).toBe(hex);
  expect(await readdir(folder)).toEqual([]);
});

it('does not replace a damaged key, and does not print it', async () => {
  const path = join(folder, 'watermark.key');
  await writeFile(path, 'feed');
  await expect(loadOrCreateKeys({ path })).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.not.stringContaining('feed'),
  });
  expect(await readFile(path, 'utf8')).toBe('feed');
});

const hexOf = ({ key }: { key: Uint8Array }) => Buffer.from(key).toString('hex');
const [a, b, c] = ['0a', '0b', '0c'].map((byte) => byte.repeat(32)) as [string, string, string];

it('of a file the first key marks and the others are read, as are earlier ones that are given', async () => {
  const path = join(folder, 'watermark.key');
  await writeFile(path, `${a}\n\n${b}\n`);
  const keys = await loadOrCreateKeys({ path, earlierHex: [c, b, a] });
  expect([keys, ...keys.earlier].map(hexOf)).toEqual([a, b, c]);
  const { earlier } = await loadOrCreateKeys({ path, hex: c });
  expect(earlier.map(hexOf)).toEqual([a, b]);
});

it('names the line that is damaged', async () => {
  const path = join(folder, 'watermark.key');
  await writeFile(path, `${a}\nfeed\n`);
  for (const hex of [undefined, b])
    await expect(loadOrCreateKeys({ path, hex })).rejects.toThrow(`Line 2 of the key file ${path} must be 64 hex`);
  await expect(rotateKeyFile(path)).rejects.toThrow('Line 2');
  expect(await readFile(path, 'utf8')).toBe(`${a}\nfeed\n`);
  expect(await readdir(folder)).toEqual(['watermark.key']);
});

it('rotates: a new key marks, every earlier one is still there, for its owner alone', async () => {
  const path = join(folder, 'keys', 'watermark.key');
  const first = await loadOrCreateKeys({ path });
  const second = await rotateKeyFile(path);
  const third = await rotateKeyFile(path);
  const keys = await loadOrCreateKeys({ path });
  expect(keys.keyId).toBe(third.keyId);
  expect(keys.earlier.map(({ keyId }) => keyId)).toEqual([second.keyId, first.keyId]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('loses no key when two rotate at once: one of them is told to wait', async () => {
  const path = join(folder, 'watermark.key');
  const first = await loadOrCreateKeys({ path });
  const tries = await Promise.allSettled([rotateKeyFile(path), rotateKeyFile(path)]);
  const done = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value.keyId] : []));
  for (const one of tries) if (one.status === 'rejected') expect(one.reason.message).toContain('under way');
  const keys = await loadOrCreateKeys({ path });
  expect([keys, ...keys.earlier].map(({ keyId }) => keyId).sort()).toEqual([...done, first.keyId].sort());
});

it('does not begin with a rotation', async () => {
  await expect(rotateKeyFile(join(folder, 'watermark.key'))).rejects.toThrow('There is no key file');
  expect(await readdir(folder)).toEqual([]);
});
