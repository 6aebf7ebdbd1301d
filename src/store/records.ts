/** The records, on Postgres. */
import type { Records } from '../core/records.ts';
import { admission } from './admission.ts';
import { claims } from './claims.ts';
import type { Database } from './database.ts';
import { deliveries } from './deliveries.ts';
import { ending } from './ending.ts';
import { lookUps } from './look-ups.ts';
import { watermarks } from './watermarks.ts';

export const createRecords = (db: Database): Records => ({
  ...admission(db),
  ...claims(db),
  ...ending(db),
  ...lookUps(db),
  ...deliveries(db),
  ...watermarks(db),
});
