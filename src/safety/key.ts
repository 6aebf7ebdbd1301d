/** The master keys of this installation: whoever has one can read and write its watermarks. */
import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../core/errors.ts';

export interface MasterKey {
  /** 32 bytes. */
  key: Uint8Array;
  /** Names the key in records without giving it away. */
  keyId: string;
}

/** The key that marks, and the ones that marked before it and are still read, the latest first. */
export interface KeyRing extends MasterKey {
  earlier: readonly MasterKey[];
}

export interface KeySources {
  /** A key in each line, 64 hex digits: the first marks. */
  path: string;
  /** Marks instead of the file's first. */
  hex?: string | undefined;
  earlierHex?: readonly string[] | undefined;
}

/**
 * Every key there is: given ones, and those in the file; without any to mark with a new one, written there for its owner
 * alone. Two processes that start at once end up with the same key: the file appears whole, and only if there was none.
 */
export async function loadOrCreateKeys({ path, hex, earlierHex = [] }: KeySources): Promise<KeyRing> {
  const given = hex === undefined ? [] : [keyOf(hex, 'The key from the environment')];
  const earlier = earlierHex.map((digits) => keyOf(digits, 'An earlier key from the environment'));
  const kept = await keysIn(path, { optional: given.length > 0 });
  if (given.length + kept.length === 0) kept.push(...(await createKeyFile(path)));
  const [current, ...before] = [...given, ...kept, ...earlier] as [MasterKey, ...MasterKey[]];
  const different = new Map(before.map((key) => [key.keyId, key]));
  different.delete(current.keyId);
  return { ...current, earlier: [...different.values()] };
}

/** A new key before all others in the file. Processes that run go on with the one they have. */
export async function rotateKeyFile(path: string): Promise<MasterKey> {
  if ((await keysIn(path)).length === 0)
    throw new AppError('bad_config', `There is no key file at ${path}: nothing was marked with one yet.`);
  const draft = `${path}.new`; // of this name for all: two at once would lose a key
  const file = await open(draft, 'wx', 0o600).catch((cause: unknown) => {
    if (codeOf(cause) !== 'EEXIST') throw cause;
    throw new AppError('bad_config', `Another rotation is under way. If there is none, remove ${draft}.`, { cause });
  });
  try {
    const key = newKey();
    await writeWhole(file, [key, ...(await keysIn(path))]);
    await rename(draft, path);
    return key;
  } catch (error) {
    await unlink(draft);
    throw error;
  }
}

async function createKeyFile(path: string): Promise<MasterKey[]> {
  await mkdir(dirname(dirname(path)), { recursive: true }); // the data folder is for others to enter too
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeWhole(await open(draft, 'wx', 0o600), [newKey()]);
  try {
    await link(draft, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error; // somebody else was first: theirs counts
  } finally {
    await unlink(draft);
  }
  return keysIn(path);
}

async function writeWhole(file: FileHandle, keys: readonly MasterKey[]): Promise<void> {
  try {
    await file.writeFile(keys.map(({ key }) => `${Buffer.from(key).toString('hex')}\n`).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** None where there is no file or, if it is `optional`, none that this process may open. */
async function keysIn(path: string, { optional = false } = {}): Promise<MasterKey[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || (codeOf(error) === 'EACCES' && optional)) return [];
    throw error;
  }
  const lines = [...text.split('\n').entries()].filter(([i, line]) => i === 0 || line.trim());
  return lines.map(([i, line]) => keyOf(line, `Line ${i + 1} of the key file ${path}`));
}

const newKey = () => keyOf(randomBytes(32).toString('hex'), 'A new key');

function keyOf(text: string, what: string): MasterKey {
  const digits = text.trim();
  if (!/^[0-9a-f]{64}$/i.test(digits))
    throw new AppError(
      'bad_config',
      `${what} must be 64 hex digits. Restore it from a backup: without it, the pictures it marked are not known again.`,
    );
  const key = Buffer.from(digits, 'hex');
  return { key, keyId: createHash('sha256').update('key-id-v1').update(key).digest('hex').slice(0, 12) };
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
