/** A disk with no space left, made for the occasion: a few hundred kilobytes of memory, mounted as a folder. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createFolderStore } from '../../../src/store/objects.ts';

const dir = mkdtempSync(join(tmpdir(), 'atelier-full-'));
const mounted = mount();
afterAll(() => {
  if (mounted) execFileSync('umount', [dir]);
  rmdirSync(dir);
});

function mount(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', dir], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // not root, or a container that may not mount
  }
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

it.skipIf(!mounted)('says storage_full, leaves nothing half-written and works again when there is space', async () => {
  const objects = createFolderStore({ dir });
  const first = await objects.put(new Uint8Array(150_000).fill(1), 'image/png');
  await expect(objects.put(new Uint8Array(200_000).fill(2), 'image/png')).rejects.toMatchObject({
    code: 'storage_full',
  });
  expect(filesIn(dir).map(({ name }) => name)).toEqual([`${first.sha256}.png`]);
  expect(await objects.get(first.key)).toHaveLength(150_000);
  await objects.delete(first.key);
  const second = await objects.put(new Uint8Array(200_000).fill(2), 'image/png');
  expect(await objects.get(second.key)).toHaveLength(200_000);
});
