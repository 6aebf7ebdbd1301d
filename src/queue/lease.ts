/** Holding the right to a running job: extends the lease, and says when and why to stop. */
import { AppError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { Claim, Records } from '../core/records.ts';

/** lost: somebody else has it, write nothing. cancelled: its person asked. shutdown: hand it back. */
export type StopReason = 'lost' | 'cancelled' | 'shutdown';

export interface Lease {
  signal: AbortSignal;
  /** Set once the signal is aborted. */
  reason(): StopReason | undefined;
  stop(reason: StopReason): void;
  /** Asks the records now instead of at the next extension. */
  check(): Promise<void>;
  end(): void;
}

export interface LeaseTimes {
  leaseMs: number;
  /** Between extensions; also how long a cancellation may go unnoticed when its signal is lost. */
  extendMs: number;
}

export function holdLease(
  { records, log }: { records: Pick<Records, 'extend'>; log: Logger },
  claim: Claim,
  { leaseMs, extendMs }: LeaseTimes,
): Lease {
  const abort = new AbortController();
  let reason: StopReason | undefined;
  let heldUntil = Date.now() + leaseMs;
  let timer: NodeJS.Timeout | undefined;

  const stop = (why: StopReason) => {
    if (reason) return;
    reason = why;
    abort.abort(new AppError('cancelled', `Stopped: ${why}.`));
  };
  const check = async () => {
    const asked = Date.now();
    try {
      const { held, cancelRequested } = await records.extend(claim, leaseMs);
      heldUntil = asked + leaseMs;
      if (!held) stop('lost');
      else if (cancelRequested) stop('cancelled');
    } catch (err) {
      log.warn({ err }, 'lease not extended');
      if (Date.now() >= heldUntil) stop('lost');
    }
  };
  const again = () => {
    timer = setTimeout(async () => {
      await check();
      if (timer && !reason) again();
    }, extendMs);
  };
  again();

  return {
    signal: abort.signal,
    reason: () => reason,
    stop,
    check,
    end() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
