/** Progress on the message itself: the latest word, seldom enough for the platform, and never over the outcome. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform } from '../core/address.ts';
import type { JobProgress } from '../core/job.ts';
import type { GenerationView, Records } from '../core/records.ts';
import type { Reply } from '../core/reply.ts';
import { courierFor } from './studio.ts';
import { createTouch, type TouchDeps } from './touch.ts';

export interface EditsDeps extends TouchDeps {
  records: Pick<Records, 'find' | 'takeProgressTurn'>;
  present: TouchDeps['present'] & { working(generation: GenerationView, progress: JobProgress): Reply };
}

export interface EditsOptions {
  /** At least this long between two edits of one message, milliseconds. */
  everyMs: Readonly<Record<Platform, number>>;
  /** How long after an edit that came too late the outcome may take to reach this process. */
  settleMs: number;
}

/** Discord and Slack limit edits; our own page does not. */
export const EDITS_OPTIONS: EditsOptions = { everyMs: { discord: 3_000, slack: 3_000, web: 400 }, settleMs: 3_000 };

export interface Edits {
  onProgress(progress: JobProgress): void;
  stop(): Promise<void>;
}

export function createEdits(deps: EditsDeps, options: EditsOptions = EDITS_OPTIONS): Edits {
  const { records, couriers, present, turnstile, log } = deps;
  const latest = new Map<string, JobProgress>();
  const followed = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  const touch = createTouch(deps, options, stopping.signal);

  /** Until the generation has ended or has nothing new to say. */
  async function follow(generationId: string) {
    while (latest.has(generationId)) {
      const everyMs = await turnstile.pass(generationId, () => edit(generationId));
      if (everyMs === undefined) break;
      await sleep(everyMs, undefined, { signal: stopping.signal });
    }
  }

  /** Answers how long to wait before the next, or undefined when there will be none. */
  async function edit(generationId: string): Promise<number | undefined> {
    const generation = await records.find(generationId);
    const progress = latest.get(generationId);
    if (!progress || generation?.status !== 'running' || !courierFor(couriers, generation.address)) return undefined;
    const everyMs = options.everyMs[generation.address.platform];
    if (!(await records.takeProgressTurn(generationId, everyMs))) return everyMs / 4;
    latest.delete(generationId);
    await touch(generation, present.working(generation, progress));
    return everyMs;
  }

  return {
    onProgress(progress) {
      const { generationId } = progress;
      const before = latest.get(generationId);
      const preview = progress.preview ?? before?.preview;
      latest.set(generationId, { ...progress, ...(preview && { preview }) });
      if (followed.has(generationId) || stopping.signal.aborted) return;
      const following = follow(generationId)
        .catch((err) => {
          if (!stopping.signal.aborted) log.debug({ err, generationId }, 'progress lost');
        })
        .finally(() => {
          followed.delete(generationId);
          latest.delete(generationId);
        });
      followed.set(generationId, following);
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled(followed.values());
    },
  };
}
