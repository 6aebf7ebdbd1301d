/** Bytes by content, in a folder. Another kind of store (S3, say) is another function that answers an ObjectStore. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../core/errors.ts';
import type { ObjectStore } from '../core/records.ts';

/** `ab/cd/abcd….png`: two levels, so that no folder grows past what file systems and people like. */
const KEY = /^([0-9a-f]{2})\/([0-9a-f]{2})\/\1\2[0-9a-f]{60}\.[a-z0-9]{1,8}$/;

export function createFolderStore({ dir }: { dir: string }): ObjectStore {
  const pathOf = (key: string): string => {
    if (!KEY.test(key)) throw missing(key);
    return join(dir, key);
  };
  return {
    async put(bytes, mime) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const key = `${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}.${extensionOf(mime)}`;
      const path = pathOf(key);
      const there = await stat(path).catch(() => undefined);
      if (there?.size !== bytes.length) await write(incomingOf(dir), path, bytes).catch(fail);
      return { key, sha256 };
    },
    async get(key) {
      return readFile(pathOf(key)).catch((cause) => {
        throw cause.code === 'ENOENT' ? missing(key, cause) : failed(cause);
      });
    },
    async delete(key) {
      await rm(pathOf(key), { force: true }).catch(fail);
    },
  };
}

const incomingOf = (dir: string): string => join(dir, 'incoming');
const ABANDONED_MS = 3_600_000;

/** Takes away what programs that were killed had only begun to write. */
export async function clearAbandoned({ dir }: { dir: string }, now = Date.now()): Promise<void> {
  for (const name of await readdir(incomingOf(dir)).catch(() => [])) {
    const path = join(incomingOf(dir), name);
    const begun = await stat(path).catch(() => undefined); // its writer may just be done
    if (begun && begun.mtimeMs < now - ABANDONED_MS) await rm(path, { force: true });
  }
}

/** Whole or not at all, and durable once it resolves. */
async function write(incoming: string, path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(incoming, { recursive: true });
  const half = join(incoming, randomUUID());
  try {
    const file = await open(half, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await mkdir(dirname(path), { recursive: true });
    await rename(half, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(half, { force: true });
    throw error;
  }
}

/** So that the new name survives a power cut as well as the bytes. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const extensionOf = (mime: string): string =>
  /^[a-z]+\/([a-z0-9]{1,8})$/.exec(mime)?.[1]?.replace('jpeg', 'jpg') ?? 'bin';

const missing = (key: string, cause?: unknown) =>
  new AppError('not_found', 'This picture is no longer here.', { cause, detail: { key } });

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

const failed = (cause: NodeJS.ErrnoException): AppError =>
  FULL.has(cause.code ?? '')
    ? new AppError('storage_full', 'No space is left for pictures. Free some space under DATA_DIR.', { cause })
    : new AppError('storage_failed', `The picture folder does not work (${cause.code}). Check DATA_DIR.`, { cause });

const fail = (cause: NodeJS.ErrnoException): never => {
  throw failed(cause);
};
