import pino from 'pino';
import { afterAll, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { createMetrics } from '../../../src/main/metrics.ts';
import { serveOperations } from '../../../src/main/operations.ts';

const down = async () => {
  throw new AppError('database_unavailable', 'Nothing answers.');
};
const ok = async () => ({ ok: true, parts: {} });
const silent = pino({ level: 'silent' });
const anywhere = { host: '127.0.0.1', port: 0, portWasChosen: true };

const metrics = createMetrics({ counts: down }, async () => 1234);
const serving = serveOperations(
  { operations: { health: ok, ready: ok, metrics: metrics.render }, log: silent },
  anywhere,
);
afterAll(async () => (await serving).stop());

it('metrics without a database lack only what it would tell', async () => {
  const answer = await fetch(`${(await serving).url}/metrics`);
  const text = await answer.text();
  expect(answer.status).toBe(200);
  expect(text).toContain('atelier_engine_memory_bytes 1234');
  expect(text).not.toMatch(/^atelier_jobs\{/m);
});

it('answers a check that fails, and stops all the same', async () => {
  const operations = { health: ok, ready: ok, metrics: down };
  const { url, stop } = await serveOperations({ operations, log: silent }, anywhere);
  expect((await fetch(`${url}/metrics`)).status).toBe(500);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  await stop();
});

it('takes the next free port, unless one was chosen', async () => {
  const port = Number(new URL((await serving).url).port);
  const operations = { health: ok, ready: ok, metrics: down };
  const next = await serveOperations({ operations, log: silent }, { ...anywhere, port, portWasChosen: false });
  expect(Number(new URL(next.url).port)).toBeGreaterThan(port);
  await next.stop();
  await expect(serveOperations({ operations, log: silent }, { ...anywhere, port })).rejects.toMatchObject({
    code: 'port_taken',
  });
});
