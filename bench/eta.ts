/**
 * Calibration of what people are told while they wait: of all that was said when a job was accepted, the share that was
 * kept. The queue, its records and Postgres are real; the engine is a stand-in that sleeps, and whose run times scatter
 * (log-normal, σ = 0.35 about the cost, over good and bad spells of the machine) as no estimate can know. Two of them with
 * one job each (`apart`), or one that four jobs and two light ones share (`shared`).
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createLogger } from '../src/core/log.ts';
import { mulberry32 } from '../src/core/mulberry32.ts';
import type { Generate } from '../src/core/picture.ts';
import type { Recipe } from '../src/core/recipe.ts';
import { Request } from '../src/core/request.ts';
import { openQueue } from '../src/queue/queue.ts';
import { withScratchServer } from '../src/store/postgres/scratch.ts';
import { openStore } from '../src/store/store.ts';
import { plainSafety } from './load/plain-safety.ts';

const { values } = parseArgs({
  options: {
    orders: { type: 'string' },
    seed: { type: 'string', default: '20261121' },
    engine: { type: 'string', default: 'shared' },
    quick: { type: 'boolean' },
  },
});
const shared = values.engine === 'shared';
const [WARM_UP, PEOPLE] = [25, 12];
const ORDERS = Number(values.orders ?? (values.quick ? 40 : 120));
const LANES = shared ? { concurrency: 4, light: 2, engines: 1 } : { concurrency: 2, light: 0, engines: 2 };
/** Milliseconds per unit of cost of the two models, and the mean between arrivals: the one they share is about eight tenths busy, the two are more than busy. */
const RATES = shared ? { small: 90, large: 360 } : { small: 200, large: 800 };
const BETWEEN_MS = 640;
const [SCATTER, SPELL_JOBS, LIGHT] = [0.35, 25, 0.2];

const random = mulberry32(Number(values.seed));
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const log = createLogger('error');
const dir = mkdtempSync(join(tmpdir(), 'atelier-bench-'));

let [started, spell, working] = [0, 1, 0];
const generate: Generate = async (recipe, { signal }) => {
  if (started++ % SPELL_JOBS === 0) spell = Math.exp(0.15 * normal());
  const rate = recipe.model.name === 'large' ? RATES.large : RATES.small;
  const steps = recipe.kind === 'imagine' ? recipe.steps : 1;
  const runMs = rate * (steps / 10) * spell * Math.exp(SCATTER * normal());
  const began = performance.now();
  await received(runMs, signal);
  const picture = { width: 8, height: 8, data: new Uint8Array(192).fill(started % 256) };
  const timings = { totalMs: performance.now() - began, runMs };
  return { images: [{ picture, seed: 0 }], timings, fingerprint: 'stand-in' };
};

/** Resolves when so much work has been done; whoever works on the same engine gets an equal share of it. */
async function received(ms: number, signal: AbortSignal): Promise<void> {
  working++;
  try {
    for (let [left, last] = [ms, performance.now()]; left > 0; ) {
      const share = Math.min(1, LANES.engines / working);
      await sleep(Math.max(1, Math.min(20, left / share)), undefined, { signal });
      left -= (performance.now() - last) * share;
      last = performance.now();
    }
  } finally {
    working--;
  }
}

const plan = (request: Request) => {
  if (request.kind !== 'imagine') throw new Error('not in this trace');
  const { steps = 10, model = 'small', prompt } = request;
  const recipe: Recipe = {
    ...{
      v: 1,
      kind: 'imagine',
      model: { name: model, version: '1', sha256: '0'.repeat(64) },
      prompt,
      negativePrompt: '',
    },
    ...{ seed: 0, count: 1, steps, sampler: 'euler', guidance: 5, width: 8, height: 8 },
  };
  return { recipe, cost: steps / 10, light: steps < 10, notes: [] };
};

interface Told {
  id: string;
  at: number;
  ahead: number;
  /** Milliseconds. */
  p50: number;
  p90: number;
}

await withScratchServer(async (url) => {
  const store = await openStore({ config: { DATABASE_URL: url, DATA_DIR: dir }, log });
  const { records, objects } = store;
  const queue = await openQueue({
    ...{
      databaseUrl: url,
      records,
      objects,
      safety: plainSafety,
      plan,
      models: () => [],
      styles: () => [],
      brushes: () => [],
      attributes: () => [],
    },
    limits: { jobsPerPerson: 50, idlePictures: 60 },
    log,
  });
  queue.startWorker({ generate, ...LANES });

  const told: Told[] = [];
  const unfinished = async () => {
    const all = await Promise.all(told.slice(-40).map(({ id }) => records.find(id)));
    return all.filter((generation) => !generation?.endedAt).length;
  };
  let asked = 0;
  // People go on coming until everybody who was told something has their picture: a trace that ends is no Tuesday evening.
  for (let i = 0; i < ORDERS || (i < 4 * ORDERS && (await unfinished()) > 0); i++) {
    await sleep(-Math.log(1 - random()) * BETWEEN_MS);
    // One person asks for much, in bursts; the others now and then.
    const burst = random() < 0.04 ? 8 : 1;
    const accountId = burst > 1 || random() < 0.25 ? 'hog' : `p${Math.floor(random() * PEOPLE)}`;
    for (let n = 0; n < burst; n++) {
      const model = random() < 0.25 ? 'large' : 'small';
      const steps = shared && random() < LIGHT ? 1 + Math.floor(random() * 5) : 10 * (1 + Math.floor(random() * 5));
      const request = Request.parse({ kind: 'imagine', prompt: 'a bench', model, steps });
      const address = { platform: 'web', session: 'bench' } as const;
      const sender = { platform: 'web', accountId, name: accountId } as const;
      const order = { eventId: randomUUID(), sender, request, address };
      let at = 0;
      const receipt = await queue.studio.submit(order, async () => {
        at = Date.now(); // now it is said
        return address;
      });
      const { generationId: id, ahead, etaSeconds, etaHighSeconds } = receipt!;
      if (++asked > WARM_UP && i < ORDERS && etaSeconds && etaHighSeconds)
        told.push({ id, at, ahead, p50: etaSeconds * 1000, p90: etaHighSeconds * 1000 });
    }
  }
  while ((await records.waiting()) > 0 || (await records.line({ first: 1 })).running.length > 0) await sleep(100);
  await queue.stop();

  const kept = await Promise.all(
    told.map(async ({ id, at, ahead, p50, p90 }) => {
      const took = (await records.find(id))!.endedAt!.getTime() - at;
      return { ahead, p50: took <= p50, p90: took <= p90, off: took / p50 };
    }),
  );
  await store.close();
  const share = (of: typeof kept, name: 'p50' | 'p90') =>
    of.length ? Math.round((1000 * of.filter((one) => one[name]).length) / of.length) / 1000 : null;
  const part = (name: string, of: typeof kept) => {
    const figures = { jobs: of.length, p50: share(of, 'p50'), p90: share(of, 'p90') };
    console.log(
      `${name}: ${figures.jobs} jobs, within the stated p50 ${figures.p50}, within the stated p90 ${figures.p90}`,
    );
    return figures;
  };
  console.log('The engine is a stand-in that sleeps; queue, records and Postgres are real.');
  const figures = {
    all: part('all', kept),
    next: part(
      'next when accepted',
      kept.filter(({ ahead }) => ahead === 0),
    ),
    near: part(
      '1 to 5 before it',
      kept.filter(({ ahead }) => ahead >= 1 && ahead <= 5),
    ),
    far: part(
      'more before it',
      kept.filter(({ ahead }) => ahead > 5),
    ),
  };
  const how = { engine: `stand-in, ${values.engine}`, seed: Number(values.seed) };
  console.log(JSON.stringify({ bench: 'eta', ...how, asked, lanes: LANES, ...figures }));
}).finally(() => rmSync(dir, { recursive: true, force: true }));
