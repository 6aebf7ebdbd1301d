// One build for every command: database client, type-checked JavaScript, chat page. Does nothing when nothing changed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const generated = `${root}src/store/generated`;
const stamp = `${root}dist/.built`;

const refuse = (says) => {
  process.stderr.write(`\n${says}\n`);
  process.exit(1);
};
const [least, ours] = [
  JSON.parse(readFileSync(`${root}package.json`, 'utf8')).engines.node.replace('>=', ''),
  process.version.slice(1),
];
if (ours.localeCompare(least, 'en', { numeric: true }) < 0)
  refuse(`Atelier needs Node ${least} or newer; this is ${ours}. Install a newer one, then run npm ci again.`);
if (!existsSync(`${root}node_modules/prisma`)) refuse('What Atelier is built with is not installed. Run: npm ci');

const run = (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status === 0) return;
  process.stderr.write(`${stdout}${stderr}`);
  process.exit(status ?? 1);
};

/** Path and time of everything the build is made from, as one string. */
function inputs() {
  const from = [
    'src',
    'prisma/schema.prisma',
    'package-lock.json',
    'tsconfig.build.json',
    'vite.config.ts',
    'scripts/build.mjs',
  ];
  const files = from.flatMap((path) => (statSync(root + path).isDirectory() ? list(path) : [path]));
  return files.map((path) => `${path} ${statSync(root + path).mtimeMs}`).join('\n');
}

const list = (folder) =>
  readdirSync(root + folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('generated'))
    .map((entry) => `${entry.parentPath.slice(root.length)}/${entry.name}`)
    .sort();

const schema = readFileSync(`${root}prisma/schema.prisma`, 'utf8');
const stamped = `${generated}/.schema`;
if (!existsSync(stamped) || readFileSync(stamped, 'utf8') !== schema) {
  run('node_modules/prisma/build/index.js', 'generate');
  writeFileSync(stamped, schema);
}
if (process.argv.includes('--client')) process.exit(0);

const now = inputs();
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) process.exit(0);
run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
run('node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error');
writeFileSync(stamp, now);
