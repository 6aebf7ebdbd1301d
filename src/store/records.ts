/** The records, on Postgres. */
import type { Logger } from '../core/log.ts';
import type { Records } from '../core/records.ts';
import { admission } from './admission.ts';
import { channels } from './channels.ts';
import { claims } from './claims.ts';
import type { Database } from './database.ts';
import { deliveries } from './deliveries.ts';
import { ending } from './ending.ts';
import { handedIn } from './handed-in.ts';
import { line } from './line.ts';
import { lookUps } from './look-ups.ts';
import { watermarks } from './watermarks.ts';
import { workers } from './workers.ts';

export const createRecords = ({ db, log }: { db: Database; log: Logger }): Records => ({
  ...admission(db),
  ...line(db, log),
  ...claims(db),
  ...ending(db),
  ...lookUps(db),
  ...deliveries(db, log),
  ...watermarks(db),
  ...workers(db),
  ...handedIn(db),
  ...channels(db),
});
