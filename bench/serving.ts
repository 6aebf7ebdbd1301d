/**
 * One engine, many people: the same traces through the queue and the shared engine, through FIFO (one job after another)
 * and through FIFO in batches of eight, in one run on the real engine with the built-in model. Time to picture of light
 * and heavy jobs, how evenly those who waited were served, when all was done, and the event loop's lag meanwhile.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createLogger } from '../src/core/log.ts';
import { mulberry32 } from '../src/core/mulberry32.ts';
import type { Recipe } from '../src/core/recipe.ts';
import { Request, type RequestInput } from '../src/core/request.ts';
import { createEngine, type EngineClient } from '../src/engine/client.ts';
import { withScratchServer } from '../src/store/postgres/scratch.ts';
import { jain, mean, quantile, round } from './load/figures.ts';
import { plainSafety } from './load/plain-safety.ts';
import { type BenchStudio, ENGINE_CONFIG, openBenchStudio } from './load/studio.ts';
import { type Asked, TRACES, type Trace } from './load/traces.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    jobs: { type: 'string' },
    seed: { type: 'string', default: '20261121' },
    trace: { type: 'string' },
  },
});
const JOBS = Number(values.jobs ?? (values.quick ? 18 : 120));
const [LIGHT_STEPS, HEAVY_STEPS] = values.quick ? [4, 40] : [4, 120];
const WINDOW_MS = values.quick ? 5_000 : 60_000;
const BATCH = 8;
const LAG = { resolution: 5, promisedMs: 20 };

interface Served extends Asked {
  /** Milliseconds after the beginning: begun, and the picture there. */
  fromMs: number;
  doneMs: number;
}

const requestOf = ({ heavy, seed }: Pick<Asked, 'heavy' | 'seed'>): RequestInput => ({
  ...{ kind: 'imagine', prompt: 'two red apples on a blue background', seed, steps: heavy ? HEAVY_STEPS : LIGHT_STEPS },
});

const log = createLogger('error');
const dir = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
await withScratchServer(async (databaseUrl) => {
  const fifo = await createEngine({ config: { ...ENGINE_CONFIG, ENGINE_JOBS: BATCH }, log });
  const studio = await openBenchStudio({ databaseUrl, dir, safety: plainSafety });
  try {
    const [lightMs, heavyMs] = [await alone(studio, fifo, false), await alone(studio, fifo, true)];
    console.log(`alone: a light picture ${round(lightMs)} ms, a heavy one ${round(heavyMs)} ms`);
    await alone(studio, studio.engine, false); // opens its models
    const lag = monitorEventLoopDelay({ resolution: LAG.resolution });
    const figures: Record<string, Record<string, unknown>> = {};
    const traces = Object.entries(TRACES as Record<string, Trace>).filter(
      ([name]) => !values.trace || values.trace === name,
    );
    for (const [name, trace] of traces) {
      const asked = trace({ random: mulberry32(Number(values.seed)), jobs: JOBS, lightMs, heavyMs });
      lag.enable();
      const shared = await throughTheQueue(studio, asked);
      lag.disable();
      const arms = {
        shared,
        fifo: await inArrivalOrder(studio, fifo, asked, 1),
        [`fifo of ${BATCH}`]: await inArrivalOrder(studio, fifo, asked, BATCH),
      };
      figures[name] = Object.fromEntries(Object.entries(arms).map(([arm, served]) => [arm, tell(name, arm, served)]));
    }
    const lagP99Ms = round(lag.percentile(99) / 1e6 - LAG.resolution);
    const ok = lagP99Ms < LAG.promisedMs;
    console.log(`event loop of the queue's process while the engine was busy: p99 ${lagP99Ms} ms late`);
    console.log(
      JSON.stringify({
        bench: 'serving',
        jobs: JOBS,
        windowMs: WINDOW_MS,
        ...figures,
        lagP99Ms,
        promisedMs: LAG.promisedMs,
        ok,
      }),
    );
    if (!ok) process.exitCode = 1;
  } finally {
    await studio.close();
    await fifo.close();
  }
}).finally(() => rmSync(dir, { recursive: true, force: true }));

function generate(engine: EngineClient, recipe: Recipe) {
  return engine.generate(recipe, {
    ...{ log, signal: new AbortController().signal, onProgress: () => {} },
    load: () => Promise.reject(new Error('nothing to load here')),
  });
}

function planned({ plan }: BenchStudio, asked: Pick<Asked, 'heavy' | 'seed'>): Recipe {
  return plan(Request.parse(requestOf(asked))).recipe;
}

/** The median of three, on a warm engine. */
async function alone(studio: BenchStudio, engine: EngineClient, heavy: boolean): Promise<number> {
  const recipe = planned(studio, { heavy, seed: 1 });
  await generate(engine, recipe);
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const began = performance.now();
    await generate(engine, recipe);
    times.push(performance.now() - began);
  }
  return quantile(times, 0.5);
}

async function throughTheQueue({ ask, store: { records } }: BenchStudio, trace: readonly Asked[]): Promise<Served[]> {
  const began = Date.now();
  const ids = await Promise.all(
    trace.map(async (asked) => {
      await sleep(asked.atMs);
      return (await ask(asked.person, requestOf(asked))).generationId;
    }),
  );
  while ((await records.waiting()) > 0 || (await records.line({ first: 0 })).running.length > 0) await sleep(50);
  return Promise.all(
    trace.map(async (asked, i) => {
      const { startedAt, endedAt, status } = (await records.find(ids[i]!))!;
      if (status !== 'done') throw new Error(`A job of the trace ended ${status}.`);
      return { ...asked, fromMs: startedAt!.getTime() - began, doneMs: endedAt!.getTime() - began };
    }),
  );
}

/** So many at a time in the order in which they came; the next when all of these are done. */
async function inArrivalOrder(
  studio: BenchStudio,
  engine: EngineClient,
  trace: readonly Asked[],
  atOnce: number,
): Promise<Served[]> {
  const began = performance.now();
  const now = () => performance.now() - began;
  const served: Served[] = [];
  while (served.length < trace.length) {
    const come = trace.slice(served.length).filter(({ atMs }) => atMs <= now());
    if (come.length === 0) {
      await sleep(Math.max(1, trace[served.length]!.atMs - now()));
      continue;
    }
    const fromMs = now();
    const batch = come.slice(0, atOnce).map(async (asked) => {
      await generate(engine, planned(studio, asked));
      return { ...asked, fromMs, doneMs: now() };
    });
    served.push(...(await Promise.all(batch)));
  }
  return served;
}

function tell(trace: string, arm: string, served: readonly Served[]) {
  const seconds = (heavy: boolean) =>
    served.filter((one) => one.heavy === heavy).map(({ atMs, doneMs }) => (doneMs - atMs) / 1000);
  const of = (times: number[]) => ({ mean: round(mean(times), 2), p99: round(quantile(times, 0.99), 2) });
  const figures = {
    light: of(seconds(false)),
    heavy: of(seconds(true)),
    jain: evenness(served),
    makespan: round(Math.max(...served.map(({ doneMs }) => doneMs)) / 1000, 2),
  };
  console.log(
    `${trace}, ${arm}: light ${figures.light.mean} s (p99 ${figures.light.p99}), heavy ${figures.heavy.mean} s (p99 ${figures.heavy.p99}), evenness ${figures.jain ?? '–'}, all done after ${figures.makespan} s`,
  );
  return figures;
}

/** Jain's index of the work done in a window for those who waited all through it, the mean of all windows; null without any. */
function evenness(served: readonly Served[]): number | null {
  const end = Math.max(...served.map(({ doneMs }) => doneMs));
  const people = [...new Set(served.map(({ person }) => person))];
  const indices: number[] = [];
  for (let from = 0; from + WINDOW_MS <= end; from += WINDOW_MS) {
    const to = from + WINDOW_MS;
    const waitedThroughout = people.filter((person) => {
      const theirs = served.filter((one) => one.person === person);
      return covers(theirs, from, to);
    });
    if (waitedThroughout.length < 2) continue;
    indices.push(
      jain(
        waitedThroughout.map((person) =>
          workIn(
            served.filter((one) => one.person === person),
            from,
            to,
          ),
        ),
      ),
    );
  }
  return indices.length > 0 ? round(mean(indices), 3) : null;
}

/** Whether somebody had something unfinished at every moment. */
function covers(theirs: readonly Served[], from: number, to: number): boolean {
  let until = from;
  for (const { atMs, doneMs } of [...theirs].sort((a, b) => a.atMs - b.atMs))
    if (atMs <= until) until = Math.max(until, doneMs);
  return until >= to;
}

/** Steps done in a window, each job's spread evenly over its run. */
function workIn(theirs: readonly Served[], from: number, to: number): number {
  return theirs.reduce((sum, { fromMs, doneMs, heavy }) => {
    const inside = Math.max(0, Math.min(to, doneMs) - Math.max(from, fromMs));
    return sum + ((heavy ? HEAVY_STEPS : LIGHT_STEPS) * inside) / Math.max(1, doneMs - fromMs);
  }, 0);
}
