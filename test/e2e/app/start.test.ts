import { appendFileSync, chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type App, run, startApp } from './app.ts';

let folder: string;
let running: App[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atelier-start-'));
  chmodSync(folder, 0o755); // the embedded database's own user must get in
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((app) => app.stop()));
  rmSync(folder, { recursive: true, force: true });
});
const start = async (env: Record<string, string> = {}) => {
  const app = await startApp({ DATA_DIR: join(folder, 'data'), ...env });
  running.push(app);
  return app;
};
const json = async (url: string, init?: RequestInit) =>
  (await fetch(url, init)).json() as Promise<Record<string, unknown>>;

it('says what is in use, what is off and what would turn it on; answers health, readiness and metrics', async () => {
  const app = await start();
  const said = app.printed();
  for (const line of [
    /database\s+.*Postgres/i,
    /queue\s+\S/,
    /engine\s+cpu/,
    /model\s+sticker-diffusion/,
    /DISCORD_TOKEN/,
    /SLACK_BOT_TOKEN/,
  ])
    expect(said).toMatch(line);
  expect(await json(`${app.url}/healthz`)).toMatchObject({ ok: true });
  expect(await json(`${app.url}/readyz`)).toMatchObject({ ok: true, parts: { database: 'ok', queue: 'ok' } });
  const metrics = await (await fetch(`${app.url}/metrics`)).text();
  for (const name of [
    'atelier_jobs',
    'atelier_job_wait_seconds',
    'atelier_job_run_seconds',
    'atelier_engine_step_seconds',
    'atelier_engine_memory_bytes',
  ])
    expect(metrics).toContain(name);
});

it('refuses a second start on the same data in plain words, and survives a kill -9', async () => {
  const app = await start();
  const second = run('start', [], { DATA_DIR: join(folder, 'data'), WEB_PORT: '0' });
  expect(await second.ended).toBe(1);
  expect(second.printed()).toMatch(/already|another/i);
  await app.kill();
  running = [];
  const again = await start();
  expect(await json(`${again.url}/readyz`)).toMatchObject({ ok: true });
});

it.each([
  [{ DATABASE_URL: 'postgres://nobody:hunter2@127.0.0.1:1/x' }, /127\.0\.0\.1:1|refused|reach/i],
  [{ DATABASE_URL: 'mysql://x', WEB_PORT: 'many' }, /DATABASE_URL[\s\S]*WEB_PORT/],
  [{ MODELS_DIR: '/nonexistent-models' }, /models folder/],
])('ends with the remedy for %j', async (env, says) => {
  const failed = run('start', [], { DATA_DIR: join(folder, 'data'), WEB_PORT: '0', ...env });
  expect(await failed.ended).toBe(1);
  expect(failed.printed()).toMatch(says);
  expect(failed.printed()).not.toContain('hunter2');
});

it('starts with a damaged model, and says what to mend', async () => {
  const models = join(folder, 'models');
  cpSync(fileURLToPath(new URL('../../../models', import.meta.url)), models, { recursive: true });
  appendFileSync(join(models, 'sticker-diffusion/unet/model.onnx'), 'x');
  const app = await start({ MODELS_DIR: models });
  expect(app.printed()).toMatch(/model\s+sticker-diffusion cannot be used.*unet\/model\.onnx/);
});

it('refuses a chosen port that is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const failed = run('start', [], { DATA_DIR: join(folder, 'data'), WEB_PORT: String(port) });
  expect(await failed.ended).toBe(1);
  expect(failed.printed()).toMatch(/WEB_PORT/);
  server.close();
});

it('shows help without starting anything', async () => {
  const help = run('start', ['--help'], { DATA_DIR: join(folder, 'data') });
  expect(await help.ended).toBe(0);
  expect(help.printed()).toContain('docs/configuration.md');
});
