/** Are the made pictures like real ones, and are all real ones covered? Kynkäänniemi et al. 2019. */
import { type Rows, squaredDistance } from './statistics.ts';

export interface PrecisionRecall {
  /** Share of made pictures that lie within the reach of some real one: quality. */
  precision: number;
  /** Share of real pictures that lie within the reach of some made one: variety. */
  recall: number;
}

/** A picture reaches as far as its k-th nearest neighbour of its own set. */
export function precisionRecall(real: Rows, made: Rows, k = 3): PrecisionRecall {
  return { precision: covered(made, real, reachesOf(real, k)), recall: covered(real, made, reachesOf(made, k)) };
}

function reachesOf(rows: Rows, k: number): Float64Array {
  return Float64Array.from(rows, (row, i) => {
    const nearest = new Float64Array(k).fill(Number.POSITIVE_INFINITY); // ascending
    for (const [j, other] of rows.entries()) {
      if (i === j) continue;
      let distance = squaredDistance(row, other);
      for (let n = 0; n < k; n++) if (distance < nearest[n]!) [nearest[n], distance] = [distance, nearest[n]!];
    }
    return nearest[k - 1]!;
  });
}

function covered(points: Rows, centres: Rows, reaches: Float64Array): number {
  const inside = points.filter((point) => centres.some((centre, i) => squaredDistance(point, centre) <= reaches[i]!));
  return inside.length / points.length;
}
