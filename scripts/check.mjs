// The static part: format and lint, types, who imports whom, dead code. Every check runs; any failure fails.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;

const checks = {
  'database client': () => node('scripts/build.mjs', '--client'),
  'format and lint': () => node('node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'),
  types: () => node('node_modules/typescript/bin/tsc', '-p', '.'),
  'imports (who may know whom)': () => node('node_modules/dependency-cruiser/bin/dependency-cruise.mjs', 'src'),
  'dead code': () => node('node_modules/knip/bin/knip.js'),
};

const failed = Object.entries(checks).filter(([name, check]) => {
  process.stdout.write(`\n— ${name}\n`);
  return check() !== 0;
});
process.stdout.write(
  failed.length ? `\ncheck failed: ${failed.map(([name]) => name).join(', ')}\n` : '\ncheck passed\n',
);
process.exit(failed.length ? 1 : 0);
