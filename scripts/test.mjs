// The whole suite from nothing: what the tests need from the system, the build, then vitest. Arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const onPath = (name) => (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(`${folder}/${name}`));
const run = (command, args, env = {}) =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1;

const needed = [
  ['redis-server', 'redis-server'],
  ['chromium', 'chromium'],
].filter(([binary]) => !onPath(binary));
if (needed.length > 0) {
  const packages = needed.map(([, name]) => name);
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() === 0 && onPath('apt-get')) {
    const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
    if (run('apt-get', ['update', '-qq'], quiet) !== 0 || run('apt-get', command.split(' ').slice(1), quiet) !== 0)
      process.exit(1);
  } else {
    process.stderr.write(`The tests need ${packages.join(' and ')}. Install with: sudo ${command}\n`);
    process.exit(1);
  }
}

const built = run(process.execPath, ['scripts/build.mjs']);
process.exit(built || run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]));
