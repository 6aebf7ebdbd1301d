/** The larger installation: gateways in one process, the engine in another, a database between them. */
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase } from '../../integration/database.ts';
import { type App, startApp } from './app.ts';

let folder: string;
let database: Awaited<ReturnType<typeof testDatabase>>;
let bot: App;
let env: { DATA_DIR: string; DATABASE_URL: string };
const workers: App[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'atelier-apart-'));
  chmodSync(folder, 0o755);
  database = await testDatabase();
  env = { DATA_DIR: join(folder, 'data'), DATABASE_URL: database.url };
  bot = await startApp(env, 'bot');
});
afterAll(async () => {
  for (const app of [bot, ...workers]) await app?.stop();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

it('a bot alone takes orders; a worker that comes later makes the picture', async () => {
  const { headers } = await fetch(bot.url);
  const cookie = headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  const call = { origin: bot.url, cookie, 'content-type': 'application/json' };
  const body = JSON.stringify({ text: '/imagine a red apple --seed 7 --steps 4', eventId: randomUUID() });
  const accepted = await fetch(`${bot.url}/api/command`, { method: 'POST', headers: call, body });
  expect(accepted.status, await accepted.text()).toBe(200);
  const state = async () => {
    const { messages } = (await (await fetch(`${bot.url}/api/messages`, { headers: call })).json()) as {
      messages: { reply: { state: string } }[];
    };
    return messages.at(-1)?.reply.state;
  };
  expect(await state()).toBe('waiting');
  workers.push(await startApp(env, 'worker'));
  await expect.poll(state, { timeout: 60_000, interval: 100 }).toBe('done');
  const metrics = await (await fetch(`${workers[0]!.url}/metrics`)).text();
  expect(metrics).toMatch(/atelier_job_run_seconds_count\{kind="imagine",status="done"\} 1/);
});
