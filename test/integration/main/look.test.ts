import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { expect, it } from 'vitest';
import { loadConfig } from '../../../src/core/config.ts';
import { openCatalogue } from '../../../src/engine/catalogue.ts';
import { createLook } from '../../../src/main/look.ts';

const log = pino({ level: 'silent' });
const models = join(import.meta.dirname, '../../../models');

async function look(MODELS_DIR: string) {
  const config = loadConfig({ MODELS_DIR });
  return createLook({ config, catalogue: await openCatalogue({ MODELS_DIR, log }), log });
}

it('a process without a worker sees pictures with an engine of its own, opened by the first of them', async () => {
  const { classify, close } = await look(models);
  const grey = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3).fill(128) };
  const [first, second] = await Promise.all([classify!(grey), classify!(grey)]);
  expect(first).toEqual(second);
  expect(Object.values(first).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 3);
  await close();
}, 60_000);

it('opens nothing for nothing, and says that there is no classifier where none is installed', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'atelier-look-'));
  const { classify, close } = await look(empty);
  expect(classify).toBeUndefined();
  await close();
  rmSync(empty, { recursive: true });
});
