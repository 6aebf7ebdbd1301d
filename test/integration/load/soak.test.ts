import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { soak } from '../../../bench/load/soaking.ts';
import { createLogger } from '../../../src/core/log.ts';
import { type TestDatabase, testDatabase } from '../database.ts';

const log = createLogger('silent');
let database: TestDatabase;
let dir: string;
beforeAll(async () => {
  database = await testDatabase();
  dir = await mkdtemp(join(tmpdir(), 'atelier-soak-'));
});
afterAll(async () => {
  await database?.drop();
  await rm(dir, { recursive: true, force: true });
});

/** The short form of `npm run -s bench -- soak`, which does 2,000. */
it('mixed jobs with cancellations and a killed engine: none is lost, none is shown twice, none fails', {
  timeout: 300_000,
}, async () => {
  const soaked = await soak({ databaseUrl: database.url, dir, jobs: 30, killEvery: 12, seed: 3, log });
  expect(soaked).toMatchObject({ asked: 30, lost: 0, failed: [], notShownOnce: 0, wrongPictures: 0 });
  expect(soaked.kills).toBeGreaterThanOrEqual(2);
  expect(Object.keys(soaked.kinds).length).toBeGreaterThan(1);
});
