/** A long line: how long it takes to find out who is next, and how everybody stands, when 10,000 wait. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createLogger } from '../src/core/log.ts';
import { PLAYED, standings } from '../src/queue/eta.ts';
import { withScratchServer } from '../src/store/postgres/scratch.ts';
import { openStore } from '../src/store/store.ts';

const [PEOPLE, WAITING, EACH, FINISHED] = [20_000, 1_250, 8, 5];
const CLAIMS = 200;
const LANES = { engines: 2, any: 2, light: 0 };
/** A claim, with its person's work paid and its record read. */
const PROMISED_MS = 100;

const dir = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
await withScratchServer(async (url) => {
  const store = await openStore({ config: { DATABASE_URL: url, DATA_DIR: dir }, log: createLogger('error') });
  const client = new pg.Client(url);
  await client.connect();
  await fill(client);
  const { records } = store;
  const alone: number[] = [];
  for (let i = 0; i < CLAIMS; i++) alone.push(await timed(() => records.claimNext(60_000)));
  const crowd: number[] = [];
  const began = performance.now();
  const worker = async () => {
    for (let i = 0; i < CLAIMS / 8; i++) crowd.push(await timed(() => records.claimNext(60_000)));
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  const perSecond = Math.round((1000 * crowd.length) / (performance.now() - began));
  await client.query(`UPDATE generation SET status = 'done' WHERE status = 'running'`);
  await client.end();
  for (let i = 0; i < LANES.any; i++) await records.claimNext(60_000);
  const reads: number[] = [];
  const plays: number[] = [];
  for (let i = 0; i < 10; i++) {
    const started = performance.now();
    const line = await records.line({ first: PLAYED });
    reads.push(performance.now() - started);
    plays.push(await timed(async () => standings(line, LANES)));
  }
  await store.close();
  const of = (name: string, all: number[]) => {
    const [p50, p90] = [0.5, 0.9].map((share) => round(all.sort((a, b) => a - b)[Math.floor(share * all.length)]!));
    console.log(`${name}: ${p50} ms, nine in ten within ${p90} ms`);
    return { p50, p90 };
  };
  const figures = {
    claim: of('a claim', alone),
    claimAmongEight: of('a claim, eight workers at once', crowd),
    claimsPerSecond: perSecond,
    line: of(`the first ${PLAYED} and their times read`, reads),
    standings: of('their chances played through', plays),
  };
  const ok = figures.claim.p90! <= PROMISED_MS;
  console.log(
    JSON.stringify({ bench: 'line', queued: WAITING * EACH, people: PEOPLE, ...figures, promisedMs: PROMISED_MS, ok }),
  );
  if (!ok) process.exitCode = 1;
}).finally(() => rmSync(dir, { recursive: true, force: true }));

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** Everybody has finished some; the first of them wait. */
async function fill(client: pg.Client): Promise<void> {
  await client.query(
    'INSERT INTO person (id, served) SELECT gen_random_uuid(), random() * 100000 FROM generate_series(1, $1::int)',
    [PEOPLE],
  );
  await client.query(`
    INSERT INTO account (id, platform, external_id, name, person_id)
    SELECT gen_random_uuid(), 'web', id::text, 'Somebody', id FROM person`);
  const request = { kind: 'imagine', prompt: 'two red apples' };
  const recipe = {
    ...{ v: 1, kind: 'imagine', prompt: 'two red apples', negativePrompt: '', seed: 0, count: 1, steps: 20 },
    ...{
      sampler: 'euler',
      guidance: 7,
      width: 128,
      height: 128,
      model: { name: 'm', version: '1', sha256: 'a'.repeat(64) },
    },
  };
  const insert = (status: string, people: number, each: number) =>
    client.query(
      `INSERT INTO generation (id, kind, status, request, recipe, notes, address, cost, model, estimate_ms, person_id,
         account_id, queued_at, started_at, ended_at)
       SELECT gen_random_uuid(), 'imagine', '${status}', $1, $2, '{}', '{"platform": "web", "session": "s"}', 1 + random(),
         'm', 1000 + 9000 * random(), a.person_id, a.id, now(), began, began + random() * interval '5 s'
       FROM (SELECT * FROM account LIMIT $3::int) a, generate_series(1, $4::int),
         LATERAL (SELECT CASE WHEN '${status}' = 'done' THEN now() - random() * interval '1 day' END AS began) times`,
      [request, recipe, people, each],
    );
  await insert('done', PEOPLE, FINISHED);
  await insert('queued', WAITING, EACH);
  await client.query(`
    INSERT INTO delivery (id, generation_id, platform) SELECT gen_random_uuid(), id, 'web' FROM generation`);
  await client.query('ANALYZE');
}
