/** Merges the rows that running images wait for into one call, whoever they belong to. */
import type { Clock } from '../network.ts';
import { houseAccount } from '../sharing/account.ts';
import { type CostCurve, createCostCurve, sizesBetween } from '../sharing/cost-curve.ts';
import type { SharedLot, Turns } from '../sharing/turns.ts';
import type { Row } from './predictor.ts';

type Sized = Pick<Row, 'height' | 'width' | 'clock'> & Partial<Pick<Row, 'sample'>>;

/** A network that answers rows: what goes in and what comes out is its own business. */
export interface Answerer<R, A> {
  /** Rows whose keys are equal may share a call. */
  key(row: R): string;
  run(rows: readonly R[], clock: Clock): Promise<A[]>;
}

export interface RowLimits {
  fewest: number;
  most: number;
  /** Rows of a size that memory has room for, where that is known. */
  room?: (size: Cells) => number;
  /** All that wait go at once, whether a row gains by it or not: calls are short and few. */
  eager?: boolean;
}

type Cells = Pick<Row, 'height' | 'width'>;

const MOST_ROWS = 16;
const MOST_LATENT_PIXELS = 32_768; // eight rows of a 64 × 64 latent
/** Attention maps grow with rows × pixels²: two rows of a 96 × 96 latent take 5 GB where eight heads are not fused. */
const MOST_PIXEL_PAIRS = 2 * (96 * 96) ** 2;

/** How many rows of this size a call may have, whoever waits. */
const roomFor = ({ height, width }: Cells): number => {
  const pixels = height * width;
  return Math.max(1, Math.floor(Math.min(MOST_LATENT_PIXELS / pixels, MOST_PIXEL_PAIRS / pixels ** 2)));
};

/**
 * Batch sizes among which a row's bytes do not depend on its company. On the CPU, the runtime gives one thread a row
 * and takes a matrix-vector kernel while there are fewer rows than threads, and another kernel from then on: with one
 * or two threads a batch of two is always beyond that point, with more threads a batch is kept below it. Rows so large
 * that there is room for one are always alone. Other devices have neither threads nor that promise.
 */
export const rowLimits = (threads: number, device = 'cpu'): RowLimits =>
  device !== 'cpu'
    ? { fewest: 1, most: MOST_ROWS }
    : threads <= 2
      ? { fewest: 2, most: MOST_ROWS }
      : { fewest: 1, most: Math.min(threads - 1, MOST_ROWS) };

/**
 * Rows that every call of this size has, filled up where fewer wait. Never a matter of memory: the same size takes the same
 * kernel wherever the fingerprint is the same.
 */
export const rowsAtLeast = ({ fewest, most }: RowLimits, size: Cells): number => Math.min(fewest, most, roomFor(size));

/** A lot is forgotten after so many others: models told the time once a call have one for every timestep. */
const MOST_LOTS = 1000;

/** Rows wait for their turn at the device, and for company. Rows of one `sample` are one picture's, and go together. */
export function createBatcher<R extends Sized, A>(
  turns: Pick<Turns, 'share'>,
  network: Answerer<R, A>,
  limits: RowLimits,
): (row: R) => Promise<A> {
  const curves = new Map<string, CostCurve>();
  const lots = new Map<string, SharedLot<R, A>>();
  const house = houseAccount();

  const openLot = (row: R): SharedLot<R, A> => {
    const fewest = rowsAtLeast(limits, row);
    const most = Math.max(fewest, Math.min(limits.most, roomFor(row), limits.room?.(row) ?? limits.most));
    const size = `${row.height}×${row.width}`;
    const curve = curves.get(size) ?? createCostCurve(sizesBetween(fewest, most));
    curves.set(size, curve);
    return {
      most: limits.eager ? () => most : curve.size,
      share: curve.share,
      async run(rows) {
        const filled = [...rows];
        while (filled.length < fewest) filled.push(rows[0]!);
        const clock = { runMs: 0, inTurn: true };
        const answers = await network.run(filled, clock);
        curve.observe(filled.length, clock.runMs);
        for (const { clock: own } of rows) {
          own.runMs += clock.runMs / rows.length;
          own.onRun?.();
        }
        return answers;
      },
    };
  };

  return (row) => {
    const key = network.key(row);
    const lot = lots.get(key) ?? openLot(row);
    lots.set(key, lot);
    if (lots.size > MOST_LOTS) lots.delete(lots.keys().next().value!);
    return turns.share(lot, row, row.clock.account ?? house, row.sample);
  };
}
