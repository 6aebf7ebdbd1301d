/** A worker says what it can do and which models it has at hand, so that jobs come where they need not wait for one. */
import type { Logger } from '../core/log.ts';
import type { Lanes, Records } from '../core/records.ts';
import { createLoop } from './loop.ts';

/** A third of the silence after which a worker counts no more. */
const EVERY_MS = 5_000;

export function startAdvertising(
  { records, log }: { records: Pick<Records, 'advertise' | 'retire'>; log: Logger },
  { id, held }: { id: string; held: () => readonly string[] },
  lanes: Lanes,
): { stop(): Promise<void> } {
  const loop = createLoop({ log, everyMs: EVERY_MS, name: 'worker' }, () =>
    records.advertise({ id, lanes, models: held() }),
  );
  return {
    async stop() {
      await loop.stop();
      await records.retire(id).catch((err) => log.debug({ err }, 'worker not signed off; it will be forgotten'));
    },
  };
}
