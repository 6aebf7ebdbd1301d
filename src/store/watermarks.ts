/** Whose picture is this? Codes are 64 unsigned bits; Postgres keeps the signed number of the same bits. */
import type { Records } from '../core/records.ts';
import type { Database } from './database.ts';
import { findImage } from './views.ts';

export const codeToRow = (code: bigint): bigint => BigInt.asIntN(64, code);

export const watermarks = (db: Database): Pick<Records, 'findByWatermark'> => ({
  findByWatermark: (code) => findImage(db, codeToRow(code)),
});
