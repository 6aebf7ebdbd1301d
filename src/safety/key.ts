/** The master key of this installation: whoever has it can read and write its watermarks. */
import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../core/errors.ts';

export interface MasterKey {
  /** 32 bytes. */
  key: Uint8Array;
  /** Names the key in records without giving it away. */
  keyId: string;
}

/**
 * The key given as 64 hex digits, else the one in the file, else a new one, written there for its owner alone. Two
 * processes that start at once end up with the same key: the file appears whole, and only if there was none.
 */
export async function loadOrCreateKey({ path, hex }: { path: string; hex?: string | undefined }): Promise<MasterKey> {
  if (hex) return parse(hex, 'The key from the environment');
  const existing = await readIfThere(path);
  if (existing !== undefined) return parse(existing, `The key file ${path}`);

  await mkdir(dirname(dirname(path)), { recursive: true }); // the data folder is for others to enter too
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(32).toString('hex')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error; // somebody else was first: theirs counts
  } finally {
    await unlink(draft);
  }
  return parse(await readFile(path, 'utf8'), `The key file ${path}`);
}

function parse(text: string, what: string): MasterKey {
  const digits = text.trim();
  if (!/^[0-9a-f]{64}$/i.test(digits))
    throw new AppError(
      'bad_config',
      `${what} must be 64 hex digits. Restore it from a backup, or remove it to get a new one.`,
    );
  const key = Buffer.from(digits, 'hex');
  return { key, keyId: createHash('sha256').update('key-id-v1').update(key).digest('hex').slice(0, 12) };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
