/** Waiting messages count down: whose place or time is no longer what its message says is told anew. */
import type { Platform } from '../core/address.ts';
import type { Lanes, Line, Records, Standing } from '../core/records.ts';
import type { Reply } from '../core/reply.ts';
import type { Request } from '../core/request.ts';
import type { Receipt } from '../core/studio.ts';
import { PLAYED, standings } from './eta.ts';
import { createLoop, type Loop } from './loop.ts';
import { createTouch, type TouchDeps } from './touch.ts';

export interface WaitsDeps extends TouchDeps {
  records: Pick<Records, 'find' | 'line' | 'waiting' | 'takeWaitingTurn'>;
  present: TouchDeps['present'] & { waiting(request: Request, receipt: Receipt): Reply };
  lanes: () => Lanes;
}

export interface WaitsOptions {
  everyMs: number;
  /** At least this long between two edits of one message, milliseconds. */
  messageEveryMs: Readonly<Record<Platform, number>>;
  /** Edits per round over all messages: Slack takes some fifty a minute from a workspace, Discord five in five seconds a channel. */
  perRound: Readonly<Record<Platform, number>>;
  settleMs: number;
}

export const WAITS_OPTIONS: WaitsOptions = {
  everyMs: 3_000,
  messageEveryMs: { discord: 5_000, slack: 5_000, web: 1_000 },
  perRound: { discord: 3, slack: 2, web: 100 },
  settleMs: 3_000,
};

/** From which difference on a message is worth an edit: about a quarter of the time, or from second to first. */
const NOTICEABLE = 0.3;

export function startWaits(deps: WaitsDeps, options: WaitsOptions = WAITS_OPTIONS): Loop {
  const { records, couriers, present, turnstile, log } = deps;
  const stopping = new AbortController();
  const touch = createTouch(deps, options, stopping.signal);

  async function round() {
    if (Object.keys(couriers).length === 0 || (await records.waiting()) === 0) return;
    const line = await records.line({ first: PLAYED });
    const now = standings(line, line.lanes ?? deps.lanes());
    const left = { ...options.perRound };
    for (const { id, platform } of stale(line.waiting, now)) {
      if (stopping.signal.aborted) return;
      if (!couriers[platform] || left[platform] <= 0) continue;
      const told = await turnstile
        .pass(id, () => tell(id, now.get(id)!))
        .catch((err) => log.debug({ err, generationId: id }, 'waiting message not edited'));
      if (told) left[platform]--;
    }
  }

  /** False when it waits no more, or was told of late. */
  async function tell(id: string, standing: Standing): Promise<boolean> {
    const generation = await records.find(id);
    if (generation?.status !== 'queued') return false;
    const everyMs = options.messageEveryMs[generation.address.platform];
    if (!(await records.takeWaitingTurn(id, everyMs, standing))) return false;
    const { request, notes } = generation;
    await touch(generation, present.waiting(request, { generationId: id, ...standing, notes }));
    return true;
  }

  const loop = createLoop({ log, everyMs: options.everyMs, name: 'waiting messages' }, round);
  return {
    wake: loop.wake,
    stop() {
      stopping.abort();
      return loop.stop();
    },
  };
}

/** Those whose message is wrong, the worst first. */
function stale(waiting: Line['waiting'], now: ReadonlyMap<string, Standing>): Line['waiting'] {
  return waiting
    .map((one) => ({ one, by: difference(one.shown, now.get(one.id)!) }))
    .filter(({ by }) => by >= NOTICEABLE)
    .sort((a, b) => b.by - a.by)
    .map(({ one }) => one);
}

/** How different two standings feel: the sum of the ratios' logarithms, small numbers being near each other. */
export function difference(shown: Standing | undefined, now: Standing): number {
  if (!shown || (shown.etaSeconds === undefined) !== (now.etaSeconds === undefined)) return Number.POSITIVE_INFINITY;
  const apart = (a: number, b: number, near: number) => Math.abs(Math.log((a + near) / (b + near)));
  return (
    apart(shown.ahead, now.ahead, 1) +
    apart(shown.etaSeconds ?? 0, now.etaSeconds ?? 0, 5) +
    apart(shown.etaHighSeconds ?? 0, now.etaHighSeconds ?? 0, 10) / 2
  );
}
