/** Where the embedded database keeps its files, and its password: decided once, written down in the data folder. */
import { randomBytes } from 'node:crypto';
import { access, chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { BELONGS_TO, clearForgotten } from './forgotten.ts';
import { chooseOwner, type Owner } from './owner.ts';
import { mayEnter } from './run.ts';

/** For data and programs that may not lie in the data folder because the database's own user cannot look there. */
export const ELSEWHERE = '/var/lib/atelier';

const Note = z.object({
  v: z.literal(1),
  /** Relative to the data folder, or absolute when it had to lie elsewhere. */
  folder: z.string(),
  password: z.string(),
  /** Data were made there: from now on their absence is a loss, not a beginning. */
  made: z.boolean(),
});
type Note = z.infer<typeof Note>;

export interface Place {
  /** Absolute. Holds `data/` and `server.log`. */
  folder: string;
  owner: Owner;
  password: string;
  made: boolean;
  /** To be called once the data exist. */
  markMade(): Promise<void>;
}

export async function findPlace(dataDir: string): Promise<Place> {
  const file = join(dataDir, 'postgres.json');
  const known = await readNote(file);
  const note = known ?? { v: 1, folder: 'postgres', password: randomBytes(24).toString('hex'), made: false };
  const folder = resolve(dataDir, note.folder);
  const there = await exists(join(folder, 'data'));
  if (note.made && !there) throw gone(dataDir, folder, file);
  if (!known && there) throw noNote(folder, file);
  const owner = await chooseOwner(join(folder, 'data'));
  if (there && (await becameRoots(join(folder, 'data')))) throw ownerless(join(folder, 'data'));
  await prepare(folder, owner);
  const place = { folder, owner, password: note.password, made: there };
  const markMade = (at: string) => () => writeNote(file, { ...note, folder: at, made: true });
  if (await mayEnter(folder, owner)) {
    await writeNote(file, note);
    return { ...place, markMade: markMade(note.folder) };
  }
  if (there) throw unreachable(folder, owner);
  await clearForgotten(ELSEWHERE);
  const elsewhere = join(ELSEWHERE, `data-${randomBytes(6).toString('hex')}`);
  await prepare(elsewhere, owner);
  if (!(await mayEnter(elsewhere, owner))) throw unreachable(elsewhere, owner);
  await writeFile(join(elsewhere, BELONGS_TO), `${dataDir}\n`);
  await writeNote(file, { ...note, folder: elsewhere });
  return { ...place, folder: elsewhere, markMade: markMade(elsewhere) };
}

/** Ours, so that the database's user cannot plant links in it; searchable, so that it reaches its `data/`. */
async function prepare(folder: string, { uid }: Owner): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  if (uid !== undefined) await chmod(folder, 0o711);
}

async function readNote(file: string): Promise<Note | undefined> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new AppError('bad_config', `${file} cannot be read. Start Atelier as the user who made it.`, { cause });
  });
  if (text === undefined) return undefined;
  try {
    return Note.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError(
      'bad_config',
      `${file} is damaged. Restore it: it holds the password and the place of the database.`,
      { cause },
    );
  }
}

async function writeNote(file: string, note: Note): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(note, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** A copy that was made by root without its owners, such as a restored backup. */
const becameRoots = (data: string): Promise<boolean> =>
  stat(join(data, 'PG_VERSION')).then(
    ({ uid }) => uid === 0,
    () => false,
  );

const ownerless = (data: string) =>
  new AppError(
    'bad_config',
    `The database in ${data} belongs to root, as whom Postgres refuses to run: it was copied without its owners. Give it one (chown -R postgres ${data}), or copy it again with them (cp -a).`,
  );

const gone = (dataDir: string, folder: string, file: string) =>
  new AppError(
    'bad_config',
    `The database of ${dataDir} was kept in ${folder}, which is gone. Put it back, or delete ${file} to begin with an empty one.`,
  );

const noNote = (folder: string, file: string) =>
  new AppError(
    'bad_config',
    `There is a database in ${folder}, but ${file}, which holds its password, is missing. Restore it, or move the database away to begin with an empty one.`,
  );

const unreachable = (folder: string, { uid }: Owner) =>
  new AppError(
    'bad_config',
    `The database in ${folder} cannot be reached by the user it runs as (uid ${uid}). Make the folders above it searchable (chmod o+x), or set DATABASE_URL.`,
  );
