// `npm run -s bench -- NAME [arguments]`: one measurement; its last line is the figures as JSON.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const names = readdirSync(`${root}/bench`)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));
const [name, ...rest] = process.argv.slice(2);
if (!names.includes(name)) {
  process.stderr.write(`Which one? ${names.join(', ')}\n`);
  process.exit(2);
}
const node = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
process.exit(node('scripts/build.mjs') || node('--import', 'tsx', `bench/${name}.ts`, ...rest));
