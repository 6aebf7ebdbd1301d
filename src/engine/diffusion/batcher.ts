/** Merges the rows that running images wait for into one call, whoever they belong to. */
import type { Clock } from '../network.ts';
import type { Row } from './predictor.ts';

/** A network that answers rows: what goes in and what comes out is its own business. */
export interface Answerer<R, A> {
  /** Rows whose keys are equal may share a call. */
  key(row: R): string;
  run(rows: readonly R[], clock: Clock): Promise<A[]>;
}

export interface RowLimits {
  fewest: number;
  most: number;
}

const MOST_ROWS = 16;
const MOST_LATENT_PIXELS = 32_768; // eight rows of a 64 × 64 latent
/** Attention maps grow with rows × pixels²: two rows of a 96 × 96 latent take 5 GB where eight heads are not fused. */
const MOST_PIXEL_PAIRS = 2 * (96 * 96) ** 2;

/** How many rows of this size a call may have, whoever waits. */
const roomFor = ({ height, width }: Pick<Row, 'height' | 'width'>): number => {
  const pixels = height * width;
  return Math.max(1, Math.floor(Math.min(MOST_LATENT_PIXELS / pixels, MOST_PIXEL_PAIRS / pixels ** 2)));
};

/**
 * Batch sizes among which a row's bytes do not depend on its company. On the CPU, the runtime gives one thread a row
 * and takes a matrix-vector kernel while there are fewer rows than threads, and another kernel from then on: with one
 * or two threads a batch of two is always beyond that point, with more threads a batch is kept below it. Rows so large
 * that there is room for one are always alone.
 */
export const rowLimits = (threads: number): RowLimits =>
  threads <= 2 ? { fewest: 2, most: MOST_ROWS } : { fewest: 1, most: Math.min(threads - 1, MOST_ROWS) };

/** Waits for a turn of the event loop, so that rows gather and messages are read between steps. */
export function createBatcher<R extends Pick<Row, 'height' | 'width' | 'clock'>, A>(
  network: Answerer<R, A>,
  { fewest, most }: RowLimits,
): (row: R) => Promise<A> {
  interface Waiting {
    row: R;
    key: string;
    resolve: (answer: A) => void;
    reject: (reason: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let running = false;

  const take = (): Waiting[] => {
    const { key, row } = waiting[0]!;
    const room = Math.min(most, roomFor(row));
    const batch = waiting.filter((other) => other.key === key).slice(0, room);
    waiting = waiting.filter((other) => !batch.includes(other));
    return batch;
  };

  const flush = async () => {
    while (waiting.length > 0) {
      const batch = take();
      const rows = batch.map(({ row }) => row);
      while (rows.length < Math.min(fewest, roomFor(rows[0]!))) rows.push(rows[0]!);
      const clock = { runMs: 0 };
      try {
        const answers = await network.run(rows, clock);
        for (const [i, { row, resolve }] of batch.entries()) {
          row.clock.runMs += clock.runMs / batch.length;
          resolve(answers[i]!);
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      await turn();
    }
    running = false;
  };

  return (row) =>
    new Promise((resolve, reject) => {
      waiting.push({ row, key: network.key(row), resolve, reject });
      if (running) return;
      running = true;
      void turn().then(flush);
    });
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
