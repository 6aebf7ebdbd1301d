import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const planted = ['src/engine/planted-violation.ts', 'src/bots/discord/planted-violation.ts'];
const depcruise = (...paths: string[]) =>
  spawnSync(process.execPath, ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', ...paths], {
    cwd: root,
    encoding: 'utf8',
  });

afterAll(() => {
  for (const path of planted) rmSync(`${root}/${path}`, { force: true });
});

it('catches a planted violation, so that a silent run means something', { timeout: 60_000 }, () => {
  mkdirSync(`${root}/src/bots/discord`, { recursive: true });
  writeFileSync(`${root}/${planted[0]}`, "import '../bots/options.ts';\nimport 'bullmq';\n");
  writeFileSync(`${root}/${planted[1]}`, "import '../../engine/planted-violation.ts';\nimport '../slack/slack.ts';\n");
  const { status, stdout } = depcruise(...planted);
  expect(stdout).toContain('engine-knows-core');
  expect(stdout).toContain('bullmq-only-in-queue');
  expect(stdout).toContain('bots-know-core');
  expect(status).not.toBe(0);
});
