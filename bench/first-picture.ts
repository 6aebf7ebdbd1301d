/** From `npm start` on a warm install to the first picture: how long, and the share of it that was start-up. */
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startApp } from '../test/e2e/app/app.ts';

interface Message {
  id: string;
  reply: { state: string };
}

async function once(dataDir: string): Promise<{ readyMs: number; pictureMs: number }> {
  const started = performance.now();
  const app = await startApp({ DATA_DIR: dataDir });
  const readyMs = performance.now() - started;
  const { headers } = await fetch(app.url);
  const call = {
    origin: app.url,
    cookie: headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; '),
    'content-type': 'application/json',
  };
  const body = JSON.stringify({ text: '/imagine two red apples on a blue background --seed 7', eventId: randomUUID() });
  const accepted = await fetch(`${app.url}/api/command`, { method: 'POST', headers: call, body });
  if (!accepted.ok) throw new Error(`The command was answered ${accepted.status}: ${await accepted.text()}`);
  for (;;) {
    const messages = (await (await fetch(`${app.url}/api/messages`, { headers: call })).json()) as
      | { messages: Message[] }
      | Message[];
    const last = (Array.isArray(messages) ? messages : messages.messages).at(-1);
    if (last?.reply.state === 'done') break;
    if (last?.reply.state === 'failed') throw new Error('The first picture failed.');
    await sleep(20);
  }
  const pictureMs = performance.now() - started;
  await app.stop();
  return { readyMs, pictureMs };
}

const folder = mkdtempSync(join(tmpdir(), 'atelier-bench-'));

chmodSync(folder, 0o755); // the embedded database's own user must get in
const rounded = ({ readyMs, pictureMs }: { readyMs: number; pictureMs: number }) => ({
  readySeconds: +(readyMs / 1000).toFixed(2),
  pictureSeconds: +(pictureMs / 1000).toFixed(2),
  startUpShare: +(readyMs / pictureMs).toFixed(2),
});
const fresh = await once(join(folder, 'data'));
const again = await once(join(folder, 'data'));
rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify({ newDatabase: rounded(fresh), existingDatabase: rounded(again) }));
