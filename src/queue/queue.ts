/** The queue as main sees it: a studio for the bots, a worker where there is an engine, deliveries where there are couriers. */
import { randomUUID } from 'node:crypto';
import type { FairWeights } from '../core/config.ts';
import type { JobProgress } from '../core/job.ts';
import type { Logger } from '../core/log.ts';
import type { Generate } from '../core/picture.ts';
import type { GenerationView, Lanes, ObjectStore, Records } from '../core/records.ts';
import type { Reply } from '../core/reply.ts';
import type { Request } from '../core/request.ts';
import type { Safety } from '../core/safety.ts';
import type { Receipt, Studio } from '../core/studio.ts';
import { startAdvertising } from './advertising.ts';
import { openBroker } from './broker.ts';
import { CLEANER_OPTIONS, type CleanerOptions, startCleaner } from './cleaner.ts';
import { DELIVERIES_OPTIONS, type DeliveriesOptions, startDeliveries } from './deliveries.ts';
import { createEdits, EDITS_OPTIONS, type EditsOptions } from './edits.ts';
import { ONE_LANE } from './eta.ts';
import type { PlanRequest } from './intake.ts';
import type { Loop } from './loop.ts';
import { RECONCILER_OPTIONS, type ReconcilerOptions, startReconciler } from './reconciler.ts';
import { type Couriers, createStudio } from './studio.ts';
import { createTurnstile } from './turnstile.ts';
import { startWaits, WAITS_OPTIONS, type WaitsOptions } from './waits.ts';
import { within } from './within.ts';
import { createWorker, type Metrics, WORKER_OPTIONS, type WorkerOptions } from './worker.ts';

export type { Couriers, Metrics, PlanRequest };

export interface QueueDeps {
  redisUrl?: string | undefined;
  databaseUrl: string;
  records: Records;
  objects: ObjectStore;
  safety: Safety;
  plan: PlanRequest;
  models: () => { name: string; title: string }[];
  styles: () => { name: string; title: string }[];
  brushes: Studio['brushes'];
  attributes: () => { name: string; title: string }[];
  limits: { jobsPerPerson: number; idlePictures: number };
  weights?: FairWeights | undefined;
  log: Logger;
  metrics?: Metrics | undefined;
  options?: QueueOptions;
}

/** Everything has a default; tests shorten the times. */
export interface QueueOptions {
  lockMs?: number;
  /** What can be done side by side, for the ETA, until a worker says so in the records. Default: one job. */
  lanes?: Lanes;
  worker?: Partial<WorkerOptions>;
  deliveries?: Partial<DeliveriesOptions>;
  edits?: Partial<EditsOptions>;
  waits?: Partial<WaitsOptions>;
  reconciler?: Partial<ReconcilerOptions>;
  cleaner?: Partial<CleanerOptions>;
}

export interface Present {
  waiting(request: Request, receipt: Receipt): Reply;
  working(generation: GenerationView, progress: JobProgress): Reply;
  outcome(generation: GenerationView): Reply;
  /** The end of what a newer version wrote and this one cannot read. */
  unreadable(generationId: string): Reply;
}

export interface WorkerPart {
  generate: Generate;
  /** Jobs at once, whatever they are; and beside these, light ones. */
  concurrency: number;
  light?: number;
  /** Devices that share these jobs. Default: each job has one to itself. */
  engines?: number;
  /** Names of the models in their memory. */
  held?: () => readonly string[];
}

export interface Queue {
  /** Which backend, for the start-up line. */
  description: string;
  studio: Studio;
  /** Does jobs in this process. */
  startWorker(part: WorkerPart): void;
  /** Shows outcomes and progress on the platforms that this process has couriers for. */
  startDeliveries(part: { couriers: Couriers; present: Present }): void;
  /** Progress of every running job, in whatever process it runs. Answers how to stop listening. */
  onProgress(listener: (progress: JobProgress) => void): () => void;
  /** Jobs waiting to be taken, as the records know them. */
  depth(): Promise<number>;
  /** Rejects when the queue's datastore does not answer. */
  ping(): Promise<void>;
  /** Takes no more jobs, lets running ones finish for `graceMs`, hands the rest back, shows what is done, disconnects. */
  stop(graceMs?: number): Promise<void>;
}

/** After this long a worker that ignores its interruption is left behind; its lease runs out by itself. */
const LAST_CALL_MS = 5_000;

export async function openQueue(deps: QueueDeps): Promise<Queue> {
  const { records, log, options = {} } = deps;
  const { redisUrl, databaseUrl } = deps;
  const broker = await openBroker({ redisUrl, databaseUrl, log, ...(options.lockMs && { lockMs: options.lockMs }) });
  const turnstile = createTurnstile();
  let couriers: Couriers = {};
  let reconciler: Loop | undefined;
  let cleaner: Loop | undefined;
  let stopping: Promise<void> | undefined;
  const onStop: { worker: ((graceMs: number) => Promise<void>)[]; deliveries: (() => Promise<void>)[] } = {
    worker: [],
    deliveries: [],
  };
  const reconcile = () => {
    reconciler ??= startReconciler({ records, broker, log }, { ...RECONCILER_OPTIONS, ...options.reconciler });
    cleaner ??= startCleaner(deps, { ...CLEANER_OPTIONS, ...options.cleaner });
  };
  const lanes = () => options.lanes ?? ONE_LANE;
  const studio = createStudio({ ...deps, broker, turnstile, couriers: () => couriers, lanes });

  return {
    description: broker.description,
    studio,

    startWorker({ generate, concurrency, light = 0, engines = concurrency, held = () => [] }) {
      const self = { id: randomUUID(), held };
      const worker = createWorker({ ...deps, broker, generate, self }, { ...WORKER_OPTIONS, ...options.worker });
      const advertising = startAdvertising({ records, log }, self, { engines, any: concurrency, light });
      const working = [broker.work((job) => worker.handle(job), { concurrency })];
      if (light > 0)
        working.push(broker.work((job) => worker.handle(job, 'light'), { concurrency: light, lane: 'light' }));
      reconcile();
      onStop.worker.push(async (graceMs) => {
        const retired = advertising.stop();
        const stopped = Promise.all(working.map((lanes) => lanes.stop()));
        if (!(await within(graceMs, stopped))) {
          worker.handBack();
          if (!(await within(LAST_CALL_MS, stopped))) for (const lanes of working) lanes.abandon();
        }
        worker.end();
        await within(LAST_CALL_MS, retired);
      });
    },

    startDeliveries(part) {
      couriers = part.couriers;
      const shared = { records, couriers, present: part.present, turnstile, log };
      const deliveries = startDeliveries(shared, { ...DELIVERIES_OPTIONS, ...options.deliveries });
      const edits = createEdits({ ...shared, deliveries }, { ...EDITS_OPTIONS, ...options.edits });
      const waits = startWaits({ ...shared, deliveries, lanes }, { ...WAITS_OPTIONS, ...options.waits });
      const forget = broker.onSignal((signal) => {
        if (signal.kind === 'progress') edits.onProgress(signal.progress);
        if (signal.kind === 'ended') deliveries.wake();
      });
      reconcile();
      onStop.deliveries.push(async () => {
        forget();
        await Promise.all([edits.stop(), waits.stop()]);
        await deliveries.stop();
      });
    },

    onProgress: (listener) =>
      broker.onSignal((signal) => {
        if (signal.kind === 'progress') listener(signal.progress);
      }),
    depth: () => records.waiting(),
    ping: broker.ping,

    stop(graceMs = 20_000) {
      stopping ??= (async () => {
        if (reconciler) await within(LAST_CALL_MS, reconciler.stop());
        if (cleaner) await within(LAST_CALL_MS, cleaner.stop());
        await Promise.all(onStop.worker.map((stop) => stop(graceMs)));
        await within(LAST_CALL_MS, Promise.all(onStop.deliveries.map((stop) => stop())));
        await broker.close();
        log.info('queue stopped');
      })();
      return stopping;
    },
  };
}
