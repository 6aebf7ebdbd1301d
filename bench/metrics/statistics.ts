/** Means, covariances and distances of rows of features: what the metrics of this folder have in common. */

/** Rows of equal length: one per picture. */
export type Rows = readonly ArrayLike<number>[];

/** A square matrix, row by row. */
export interface Matrix {
  size: number;
  data: Float64Array;
}

export function meanOf(rows: Rows): Float64Array {
  const mean = new Float64Array(rows[0]!.length);
  for (const row of rows) for (let j = 0; j < mean.length; j++) mean[j]! += row[j]! / rows.length;
  return mean;
}

/** Unbiased: divided by n − 1. */
export function covarianceOf(rows: Rows, mean = meanOf(rows)): Matrix {
  const size = mean.length;
  const data = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (const row of rows) {
    for (let i = 0; i < size; i++) centred[i] = row[i]! - mean[i]!;
    for (let i = 0; i < size; i++) {
      const a = centred[i]! / (rows.length - 1);
      if (a !== 0) for (let j = 0; j < size; j++) data[i * size + j]! += a * centred[j]!;
    }
  }
  return { size, data };
}

export function product(a: Matrix, b: Matrix): Matrix {
  const { size } = a;
  const data = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) {
      const x = a.data[i * size + k]!;
      if (x !== 0) for (let j = 0; j < size; j++) data[i * size + j]! += x * b.data[k * size + j]!;
    }
  return { size, data };
}

export const trace = ({ size, data }: Matrix): number => {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += data[i * size + i]!;
  return sum;
};

export function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}
