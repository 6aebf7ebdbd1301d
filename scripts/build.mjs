// One build for every command: database client, type-checked JavaScript, chat page. Skips what is up to date.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status === 0) return;
  process.stderr.write(`${stdout}${stderr}`);
  process.exit(status ?? 1);
};
const newer = (made, from) =>
  !existsSync(`${root}/${made}`) || statSync(`${root}/${made}`).mtimeMs < statSync(`${root}/${from}`).mtimeMs;

if (newer('src/store/generated/client/client.ts', 'prisma/schema.prisma'))
  run('node_modules/prisma/build/index.js', 'generate');
if (process.argv.includes('--client')) process.exit(0);
run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
run('node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error');
