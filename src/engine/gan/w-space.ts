/** Where faces lie in w, learnt from faces themselves: the middle, and how far they spread in which directions. */
import type { Latent } from '../tensor.ts';

/**
 * Coordinates c of w = mean + L·c, with L·Lᵀ the covariance of w: faces have the size of a standard normal in them, and what
 * is no face is far out. After Zhu et al. 2020 ("Improved StyleGAN embedding"), who turn to principal axes for the same.
 */
export interface WSpace {
  /** [layers · width], row by row, to and from w+. */
  toRows(coordinates: Latent): Float32Array<ArrayBuffer>;
  fromRows(rows: Latent): Float32Array<ArrayBuffer>;
  /** The slope with respect to the coordinates, from that with respect to w+. */
  slopeOf(slope: Latent): Float32Array<ArrayBuffer>;
}

/** Share of the mean variance that is granted to every direction: without it those that no face ever takes were closed. */
const EASE = 0.01;

/** `samples`: [n · width], w of many seeds. */
export function createWSpace(samples: Latent, width: number): WSpace {
  const mean = meanOf(samples, width);
  const factor = cholesky(eased(covarianceOf(samples, mean)));
  const perRow = (rows: Latent, fill: (row: Latent, out: Float32Array) => void) => {
    const out = new Float32Array(rows.length);
    for (let at = 0; at < rows.length; at += width) fill(rows.subarray(at, at + width), out.subarray(at, at + width));
    return out;
  };
  return {
    toRows: (coordinates) =>
      perRow(coordinates, (c, w) => {
        for (let i = 0; i < width; i++) {
          let sum = mean[i]!;
          for (let j = 0; j <= i; j++) sum += factor[i]![j]! * c[j]!;
          w[i] = sum;
        }
      }),
    fromRows: (rows) =>
      perRow(rows, (w, c) => {
        for (let i = 0; i < width; i++) {
          let rest = w[i]! - mean[i]!;
          for (let j = 0; j < i; j++) rest -= factor[i]![j]! * c[j]!;
          c[i] = rest / factor[i]![i]!;
        }
      }),
    slopeOf: (slope) =>
      perRow(slope, (of, to) => {
        for (let i = 0; i < width; i++) for (let j = 0; j <= i; j++) to[j]! += factor[i]![j]! * of[i]!;
      }),
  };
}

function meanOf(samples: Latent, width: number): Float64Array {
  const mean = new Float64Array(width);
  for (const [i, v] of samples.entries()) mean[i % width]! += v;
  return mean.map((sum) => (sum * width) / samples.length);
}

/** Its lower half. */
function covarianceOf(samples: Latent, mean: Float64Array): Float64Array[] {
  const width = mean.length;
  const n = samples.length / width;
  const sums = Array.from({ length: width }, (_, i) => new Float64Array(i + 1));
  const off = new Float64Array(width);
  for (let at = 0; at < samples.length; at += width) {
    for (let i = 0; i < width; i++) off[i] = samples[at + i]! - mean[i]!;
    for (let i = 0; i < width; i++) for (let j = 0; j <= i; j++) sums[i]![j]! += (off[i]! * off[j]!) / n;
  }
  return sums;
}

function eased(covariance: Float64Array[]): Float64Array[] {
  const variance = covariance.reduce((sum, row, i) => sum + row[i]!, 0) / covariance.length;
  for (const [i, row] of covariance.entries()) row[i]! += EASE * variance;
  return covariance;
}

/** Lower L with L·Lᵀ = a. */
function cholesky(a: readonly Float64Array[]): Float64Array[] {
  const factor = a.map((row) => new Float64Array(row.length));
  for (const [i, row] of factor.entries())
    for (let j = 0; j <= i; j++) {
      let rest = a[i]![j]!;
      for (let k = 0; k < j; k++) rest -= row[k]! * factor[j]![k]!;
      row[j] = i === j ? Math.sqrt(rest) : rest / factor[j]![j]!;
    }
  return factor;
}
