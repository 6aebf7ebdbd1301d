/** One job, start to finish: claims whichever is next, has it made, and leaves it ended or queued again. */
import { AppError, type ErrorCode, isRetryable, says, toAppError } from '../core/errors.ts';
import { Job } from '../core/job.ts';
import { promptsOf } from '../core/recipe.ts';
import type { Claim, GenerationView, Status } from '../core/records.ts';
import type { Circumstances, Safety } from '../core/safety.ts';
import type { Verdict } from '../core/verdict.ts';
import { backoffMs } from './backoff.ts';
import { type Blame, createBlame } from './blame.ts';
import type { Broker, LaneKind } from './broker.ts';
import type { Handler } from './consumer.ts';
import { fromHandedIn } from './descent.ts';
import { holdLease, type Lease, type LeaseTimes } from './lease.ts';
import { type MakingDeps, type MakingOptions, make } from './making.ts';

export interface WorkerDeps extends MakingDeps {
  broker: Pick<Broker, 'publish' | 'onSignal'>;
  metrics?: Metrics | undefined;
  /** Who this is, in the records, and the names of the models that its engines have in memory. */
  self?: { id: string; held: () => readonly string[] };
}

export interface Metrics {
  /** A generation ended here: how long it waited and ran, milliseconds. */
  finished(kind: string, status: Status, waitMs: number, runMs: number): void;
}

export interface WorkerOptions extends LeaseTimes, MakingOptions {
  /** How often a retryable failure is tried, the first time included. */
  maxAttempts: number;
  /** Claims after which a job that never reports back (its workers die) is given up. */
  maxClaims: number;
  /** The same of those that were handed back, or taken along by others, and never counted as an attempt. */
  maxStarts: number;
  retry: { firstMs: number; maxMs: number };
}

export const WORKER_OPTIONS: WorkerOptions = {
  leaseMs: 15_000,
  extendMs: 2_000,
  maxAttempts: 3,
  maxClaims: 8,
  maxStarts: 60,
  retry: { firstMs: 2_000, maxMs: 60_000 },
  progressMs: 250,
  previewMs: 1_000,
  checkpointMs: 2_000,
};

export interface Worker {
  /** Answers a call for one of its lanes: any, unless told which. */
  handle: (job: unknown, lane?: LaneKind) => ReturnType<Handler>;
  /** Interrupts what runs and puts it back, for somebody else to do. */
  handBack(): void;
  /** Forgets about signals. */
  end(): void;
}

export function createWorker(deps: WorkerDeps, options: WorkerOptions = WORKER_OPTIONS): Worker {
  const { self } = deps;
  const running = new Map<string, Lease>();
  const blame = createBlame();
  let handingBack = false;
  const forget = deps.broker.onSignal((signal) => {
    if (signal.kind === 'cancel') void running.get(signal.generationId)?.check();
  });

  /** A database that does not answer must not cost the call. */
  const claimNext = (lane: LaneKind) =>
    deps.records
      .claimNext(options.leaseMs, {
        ...(self && { workerId: self.id }),
        models: self?.held() ?? [],
        lightOnly: lane === 'light',
      })
      .catch((err) => {
        deps.log.warn({ err }, 'nothing could be claimed; trying again');
        return { againInMs: options.retry.firstMs };
      });

  async function handle(data: unknown, lane: LaneKind = 'any') {
    const job = Job.safeParse(data);
    if (!job.success) {
      deps.log.error({ err: job.error }, 'job does not match the contract and was dropped');
      return undefined;
    }
    const claim = await claimNext(lane);
    if (!claim || 'againInMs' in claim) return claim;
    const generationId = claim.generation.id;
    const log = deps.log.child({ generationId });
    const lease = holdLease({ records: deps.records, log }, claim, options);
    running.set(generationId, lease);
    if (handingBack) lease.stop('shutdown');
    try {
      return await attempt({ ...deps, blame, log }, options, claim, lease);
    } finally {
      lease.end();
      running.delete(generationId);
    }
  }

  return {
    handle,
    handBack() {
      handingBack = true;
      for (const lease of running.values()) lease.stop('shutdown');
    },
    end: forget,
  };
}

/** What a generation's pictures are made of, besides the words as they were typed: those of each, and of where a walk leads. */
function wordings({ recipe }: GenerationView): Circumstances['words'][] {
  if (recipe.kind !== 'imagine') return [undefined];
  const drawn = (recipe.prompts ?? recipe.negativePrompts ?? [recipe.prompt]).map((_, i) => promptsOf(recipe, i));
  return [undefined, ...drawn, ...(recipe.walk ? [recipe.walk] : [])];
}

/** What comes of a picture that somebody handed in is judged as such. */
const strict = (deps: WorkerDeps, handedIn: boolean): WorkerDeps => {
  const judgePicture: Safety['judgePicture'] = (picture) => deps.safety.judgePicture(picture, { handedIn });
  return { ...deps, safety: { ...deps.safety, judgePicture } };
};

/** Leaves the generation ended, or queued again. */
async function attempt(
  deps: WorkerDeps & { blame: Blame },
  options: WorkerOptions,
  claim: Claim,
  lease: Lease,
): Promise<{ againInMs: number } | undefined> {
  const { records, log, broker, metrics, blame } = deps;
  const { generation } = claim;
  const started = Date.now();

  const ended = async (held: boolean, status: Status): Promise<undefined> => {
    if (!held) return void log.warn('claim lost; result thrown away');
    const now = Date.now();
    metrics?.finished(generation.request.kind, status, started - generation.createdAt.getTime(), now - started);
    log.info({ status, runMs: now - started, attempt: generation.attempt }, 'generation ended');
    await broker.publish({ kind: 'ended', generationId: generation.id });
  };
  const fail = async (code: ErrorCode, message: string, verdicts?: Verdict[]) =>
    ended(await records.fail(claim, { code, message }, verdicts), code === 'cancelled' ? 'cancelled' : 'failed');

  const giveUp = () => fail('poisoned', says(new AppError('poisoned', '')));

  try {
    if (generation.cancelRequested) return await fail('cancelled', 'Cancelled.');
    if (generation.attempt > options.maxClaims || claim.fence > options.maxStarts) return await giveUp();
    const handedIn = await fromHandedIn(records, generation.request);
    const verdict = wordings(generation)
      .map((words) => deps.safety.judgePrompt(generation.request, { handedIn, ...(words && { words }) }))
      .find(({ decision }) => decision === 'refuse');
    if (verdict)
      return await fail('prompt_refused', verdict.reason ?? 'This server does not make pictures of that.', [verdict]);
    const result = await blame.apart(claim, lease.signal, () => make(strict(deps, handedIn), options, claim, lease));
    if ('refused' in result) {
      const reason = result.refused.at(-1)?.reason;
      const message = reason ?? 'The picture came out as something this server does not show.';
      return await fail('picture_refused', message, result.refused);
    }
    return await ended(result.completed, 'done');
  } catch (caught) {
    switch (lease.reason()) {
      case 'lost':
        return await ended(false, 'failed');
      case 'cancelled':
        return await fail('cancelled', 'Cancelled.');
      case 'shutdown':
        log.info('job handed back');
        return (await records.release(claim)) ? { againInMs: 1 } : undefined;
    }
    const error = toAppError(caught);
    const facts = { err: error, code: error.code, attempt: generation.attempt, ...error.detail };
    if (error.code === 'engine_lost' || error.code === 'engine_hung') {
      if (!(await blame.isSuspect(claim, error.detail))) {
        log.warn(facts, 'job was taken along when its engine went down; it goes back');
        return (await records.release(claim)) ? { againInMs: options.retry.firstMs } : undefined;
      }
      if ((await records.blame(claim)) >= 2) {
        log.error(facts, 'job took the engine down again; given up');
        return await giveUp();
      }
    }
    if (!isRetryable(error) || generation.attempt >= options.maxAttempts) {
      log.error(facts, 'job failed');
      return await fail(error.code, says(error));
    }
    const againInMs = backoffMs(generation.attempt, options.retry);
    log.warn({ ...facts, againInMs }, 'job failed; it will be tried again');
    const held = await records.release(claim, { code: error.code, message: says(error) }, againInMs);
    return held ? { againInMs } : undefined;
  }
}
