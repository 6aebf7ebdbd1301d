/** A real database, a real queue on either backend, pictures in a folder, and as many processes as a test wants. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Generate } from '../../../src/core/picture.ts';
import { openQueue, type QueueDeps, type QueueOptions } from '../../../src/queue/queue.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { allowing, anOrder, aPlan, present, recordingCourier, silent } from '../../unit/queue/memory.ts';
import { testDatabase } from '../database.ts';

export const BACKENDS = ['redis', 'postgres'] as const;
export type BackendName = (typeof BACKENDS)[number];
export const noRedis = spawnSync('redis-server', ['--version']).error
  ? 'redis-server is not installed (apt-get install redis-server)'
  : undefined;

/** The same machine, with less patience. */
export const quick: QueueOptions = {
  lockMs: 1_500,
  worker: { leaseMs: 1_200, extendMs: 200, retry: { firstMs: 50, maxMs: 200 }, progressMs: 0, previewMs: 0 },
  deliveries: { pollMs: 100, leaseMs: 20_000, retry: { firstMs: 50, maxMs: 200 } },
  edits: { everyMs: { discord: 300, slack: 300, web: 300 }, settleMs: 300 },
  waits: { everyMs: 200, messageEveryMs: { discord: 300, slack: 300, web: 300 }, settleMs: 300 },
  reconciler: { everyMs: 200, olderThanMs: 300 },
};

export interface Scene {
  store: Store;
  open(more?: Partial<QueueDeps>): Promise<Awaited<ReturnType<typeof openQueue>>>;
  /** Everything the queue's own store holds is gone; the records are not. */
  empty(): Promise<void>;
  /** Every connection to the database is cut, as by its restart. */
  cutDatabase(): Promise<void>;
  /** Its record becomes one that only a newer version can read. */
  rewriteAsNewer(generationId: string): Promise<void>;
  /** A worker in a process of its own. */
  worker(behaviour: Behaviour): Promise<WorkerProcess>;
  redis?: Awaited<ReturnType<typeof startRedis>>;
  close(): Promise<void>;
}

/** `stepMs` per step, four steps. */
export interface Behaviour {
  stepMs: number;
  concurrency?: number;
}

export interface WorkerProcess {
  pid: number;
  /** Resolves with the id of the first job it starts. */
  started: Promise<string>;
  signal(name: NodeJS.Signals): void;
  ended: Promise<unknown>;
}

export async function openScene(backend: BackendName): Promise<Scene> {
  const database = await testDatabase();
  const dir = await mkdtemp(join(tmpdir(), 'atelier-queue-'));
  const config = { DATABASE_URL: database.url, DATA_DIR: dir };
  const store = await openStore({ config, log: silent });
  const redis = backend === 'redis' ? await startRedis(dir) : undefined;
  const queues: Awaited<ReturnType<typeof openQueue>>[] = [];
  const children: ChildProcess[] = [];
  const redisUrl = redis?.url;

  const sql = async (text: string, values: unknown[] = []) => {
    const client = new pg.Client(store.databaseUrl);
    await client.connect();
    await client.query(text, values);
    await client.end();
  };

  return {
    store,
    ...(redis && { redis }),
    async open(more = {}) {
      const queue = await openQueue({
        redisUrl,
        databaseUrl: store.databaseUrl,
        records: store.records,
        objects: store.objects,
        safety: allowing,
        plan: aPlan,
        models: () => [],
        styles: () => [],
        brushes: () => [],
        attributes: () => [],
        limits: { jobsPerPerson: 100, idlePictures: 60 },
        log: silent,
        options: quick,
        ...more,
      });
      queues.push(queue);
      return queue;
    },
    async empty() {
      if (redis) {
        const client = new Redis(redis.url);
        await client.flushall();
        return void (await client.quit());
      }
      await sql('DELETE FROM bullmq.job');
    },
    cutDatabase: () =>
      sql(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      ),
    rewriteAsNewer: (id) =>
      sql(`UPDATE generation SET request = '{"kind": "hologram"}', recipe = '{"v": 2}' WHERE id = $1`, [id]),
    async worker(behaviour) {
      const child = spawn(
        process.execPath,
        [
          '--import',
          'tsx',
          join(import.meta.dirname, 'worker-process.ts'),
          JSON.stringify({ config, redisUrl, behaviour }),
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      children.push(child);
      const ended = once(child, 'exit');
      const lines = createInterface({ input: child.stdout! });
      let ready = () => {};
      let start = (_: string) => {};
      const isReady = new Promise<void>((resolve) => {
        ready = resolve;
      });
      const started = new Promise<string>((resolve) => {
        start = resolve;
      });
      lines.on('line', (line) =>
        line === 'ready' ? ready() : line.startsWith('started ') ? start(line.slice(8)) : undefined,
      );
      await isReady;
      return { pid: child.pid!, started, ended, signal: (name) => void child.kill(name) };
    },
    async close() {
      await Promise.all(queues.map((queue) => queue.stop(0)));
      for (const child of children)
        if (child.exitCode === null && child.signalCode === null) {
          child.kill('SIGKILL');
          await once(child, 'exit');
        }
      await store.close();
      await redis?.stop();
      await database.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function startRedis(dir: string) {
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async () => {
    server = spawn(
      'redis-server',
      ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'],
      {
        stdio: 'ignore',
      },
    );
    for (let tries = 0; ; tries++) {
      const client = new Redis(port, { lazyConnect: true, retryStrategy: () => null });
      client.on('error', () => {});
      try {
        await client.connect();
        return void (await client.quit());
      } catch (error) {
        if (tries > 100) throw error;
        await sleep(50);
      }
    }
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    async stop() {
      if (!server || server.exitCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
      server = undefined;
    },
    /** It stays connected and answers nobody, until it is woken. */
    freeze: () => server!.kill('SIGSTOP'),
    wake: () => server!.kill('SIGCONT'),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Four steps, stopped between any two. */
export const stepping =
  (stepMs: number, onStart: (prompt: string) => void = () => {}): Generate =>
  async (recipe, { signal, onProgress }) => {
    if (recipe.kind !== 'imagine') throw new Error('not in these tests');
    onStart(recipe.prompt);
    for (let step = 1; step <= 4; step++) {
      await sleep(stepMs, undefined, { signal });
      onProgress({ step, total: 4, preview: { width: 8, height: 8, data: new Uint8Array(192).fill(step * 50) } });
    }
    const shade = recipe.seed % 256;
    return {
      images: Array.from({ length: recipe.count }, (_, i) => ({
        picture: { width: 8, height: 8, data: new Uint8Array(192).fill(shade + i) },
        seed: recipe.seed + i,
      })),
      timings: { totalMs: stepMs * 4, runMs: stepMs * 4 },
      fingerprint: 'test',
    };
  };

export { anOrder, present, recordingCourier };
