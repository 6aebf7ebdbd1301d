import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'atelier-build-'));
mkdirSync(join(folder, 'scripts'));
for (const file of ['package.json', 'scripts/build.mjs']) cpSync(join(root, file), join(folder, file));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const build = (...options: string[]) =>
  spawnSync(process.execPath, [...options, join(folder, 'scripts/build.mjs')], { encoding: 'utf8' });
const nodeOf = (version: string) =>
  `--import=data:text/javascript,Object.defineProperty(process,'version',{value:'v${version}'})`;

it('names the Node it needs to whoever has an older one', () => {
  for (const old of ['18.20.8', '20.9.0']) {
    const { status, stderr } = build(nodeOf(old));
    expect(status).toBe(1);
    expect(stderr).toBe(
      `\nAtelier needs Node 20.19 or newer; this is ${old}. Install a newer one, then run npm ci again.\n`,
    );
  }
});

it('says that npm ci comes first', () => {
  for (const version of ['20.19.0', '24.0.0']) {
    const { status, stderr } = build(nodeOf(version));
    expect(status).toBe(1);
    expect(stderr).toBe('\nWhat Atelier is built with is not installed. Run: npm ci\n');
  }
});
