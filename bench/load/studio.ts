/** The queue, its records and the real engine, without a chat platform: what measurements under load run on. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Address } from '../../src/core/address.ts';
import type { Courier } from '../../src/core/courier.ts';
import { createLogger, type Logger } from '../../src/core/log.ts';
import type { Plan } from '../../src/core/recipe.ts';
import type { GenerationView } from '../../src/core/records.ts';
import type { Reply } from '../../src/core/reply.ts';
import { Request, type RequestInput } from '../../src/core/request.ts';
import type { Safety } from '../../src/core/safety.ts';
import type { Receipt } from '../../src/core/studio.ts';
import { type Catalogue, openCatalogue } from '../../src/engine/catalogue.ts';
import { createEngine, type EngineClient } from '../../src/engine/client.ts';
import { createPlanner } from '../../src/engine/plan.ts';
import { brushesOf } from '../../src/engine/style/brushes.ts';
import { openQueue, type Queue, type QueueOptions } from '../../src/queue/queue.ts';
import { createSafety } from '../../src/safety/safety.ts';
import { openStore, type Store } from '../../src/store/store.ts';

export interface BenchStudio {
  store: Store;
  queue: Queue;
  engine: EngineClient;
  /** Names of the brushes that are installed. */
  brushes: string[];
  plan: (request: Request) => Plan;
  ask(person: string, request: RequestInput): Promise<Receipt>;
  /** How often each generation's outcome was shown. */
  shown: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

interface Options {
  databaseUrl: string;
  /** For the pictures. */
  dir: string;
  jobsPerPerson?: number;
  queue?: QueueOptions;
  /** Default: the real one. */
  safety?: Safety;
  log?: Logger;
}

/** As without any settings. */
export const ENGINE_CONFIG = {
  ...{ MODELS_DIR: process.env.MODELS_DIR ?? './models', DEFAULT_MODEL: 'sticker-diffusion', ENGINE_DEVICES: 'cpu' },
  ...{ ENGINE_THREADS: undefined, ENGINE_HANG_SECONDS: 120 },
};
const ADDRESS: Address = { platform: 'web', session: 'bench' };
const LIGHT_LANES = 2; // as src/main has it

export async function openBenchStudio({
  databaseUrl,
  dir,
  jobsPerPerson = 10_000,
  queue: options,
  safety,
  log = createLogger('error'),
}: Options): Promise<BenchStudio> {
  const config = ENGINE_CONFIG;
  const catalogue = await openCatalogue({ MODELS_DIR: config.MODELS_DIR, log });
  const store = await openStore({ config: { DATABASE_URL: databaseUrl, DATA_DIR: dir }, log });
  const engine = await createEngine({ config, log });
  const planner = createPlanner({ catalogue, config });
  const queue = await openQueue({
    ...{ databaseUrl: store.databaseUrl, records: store.records, objects: store.objects, log },
    safety: safety ?? createSafety({ classify: engine.classify, key: randomBytes(32), keyId: 'bench', log }),
    plan: (request, sources) => withoutDisplay(planner(request, sources)),
    ...{ models: () => [], styles: () => [], brushes: () => brushesOf(catalogue), attributes: () => [] },
    limits: { jobsPerPerson, idlePictures: 10_000 },
    ...(options && { options }),
  });
  const shown = new Map<string, number>();
  queue.startDeliveries({ couriers: { web: counting(shown) }, present });
  const { lanes, devices } = engine.describe();
  queue.startWorker({
    generate: engine.generate,
    ...{ concurrency: lanes, light: LIGHT_LANES * devices.length, engines: devices.length },
    held: () => engine.describe().models,
  });
  return {
    ...{ store, queue, engine, shown },
    brushes: namesOf(catalogue),
    plan: (request) => withoutDisplay(planner(request)),
    async ask(person, asked) {
      const sender = { platform: 'web', accountId: person, name: person } as const;
      const order = { eventId: randomUUID(), sender, request: Request.parse(asked), address: ADDRESS };
      return (await queue.studio.submit(order, async () => ADDRESS))!;
    },
    async close() {
      await queue.stop(0);
      await engine.close();
      await store.close();
    },
  };
}

const namesOf = (catalogue: Catalogue) => brushesOf(catalogue).map(({ name }) => name);

/** Enlarging for show is a job of its own here. */
function withoutDisplay(plan: Plan): Plan {
  if (!('display' in plan.recipe)) return plan;
  const { display: _, ...recipe } = plan.recipe;
  return { ...plan, recipe };
}

function counting(shown: Map<string, number>): Courier<'web'> {
  return {
    platform: 'web',
    async deliver(address, { generationId = '' }) {
      shown.set(generationId, (shown.get(generationId) ?? 0) + 1);
      return { message: generationId, address };
    },
    progress: async () => {},
    remove: async () => {},
  };
}

const aReply = (state: Reply['state'], generationId: string): Reply => ({
  ...{ state, headline: state, lines: [], images: [], buttons: [], private: false, generationId },
});
const present = {
  waiting: (_: Request, { generationId }: Receipt) => aReply('waiting', generationId),
  working: ({ id }: GenerationView) => aReply('working', id),
  outcome: ({ id }: GenerationView) => aReply('done', id),
  unreadable: (id: string) => aReply('failed', id),
};
