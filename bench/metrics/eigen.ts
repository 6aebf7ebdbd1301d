/** Symmetric matrices: eigenvalues, eigenvectors and the square root. */
import type { Matrix } from './statistics.ts';

/**
 * Eigenvalues and eigenvectors (columns) of a symmetric matrix: Householder reduction to tridiagonal form, then QL with
 * implicit shifts (Golub & Van Loan, 8.3; the EISPACK routines tred2 and tql2).
 */
export function eigenOf({ size: n, data }: Matrix): { values: Float64Array; vectors: Matrix } {
  const v = Float64Array.from(data);
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  tridiagonalise(n, v, d, e);
  diagonalise(n, v, d, e);
  return { values: d, vectors: { size: n, data: v } };
}

function tridiagonalise(n: number, v: Float64Array, d: Float64Array, e: Float64Array): void {
  const at = (i: number, j: number) => v[i * n + j]!;
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    let h = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(at(i, k));
    if (i === 1 || scale === 0) {
      e[i] = at(i, i - 1);
    } else {
      for (let k = 0; k < i; k++) {
        v[i * n + k]! /= scale;
        h += at(i, k) ** 2;
      }
      let f = at(i, i - 1);
      let g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
      e[i] = scale * g;
      h -= f * g;
      v[i * n + i - 1] = f - g;
      f = 0;
      for (let j = 0; j < i; j++) {
        v[j * n + i] = at(i, j) / h;
        g = 0;
        for (let k = 0; k <= j; k++) g += at(j, k) * at(i, k);
        for (let k = j + 1; k < i; k++) g += at(k, j) * at(i, k);
        e[j] = g / h;
        f += e[j]! * at(i, j);
      }
      const half = f / (h + h);
      for (let j = 0; j < i; j++) {
        f = at(i, j);
        g = e[j]! - half * f;
        e[j] = g;
        for (let k = 0; k <= j; k++) v[j * n + k]! -= f * e[k]! + g * at(i, k);
      }
    }
    d[i] = h;
  }
  d[0] = 0;
  e[0] = 0;
  for (let i = 0; i < n; i++) {
    if (d[i] !== 0) {
      for (let j = 0; j < i; j++) {
        let g = 0;
        for (let k = 0; k < i; k++) g += at(i, k) * at(k, j);
        for (let k = 0; k < i; k++) v[k * n + j]! -= g * at(k, i);
      }
    }
    d[i] = at(i, i);
    v[i * n + i] = 1;
    for (let j = 0; j < i; j++) {
      v[j * n + i] = 0;
      v[i * n + j] = 0;
    }
  }
}

function diagonalise(n: number, v: Float64Array, d: Float64Array, e: Float64Array): void {
  for (let i = 1; i < n; i++) e[i - 1] = e[i]!;
  e[n - 1] = 0;
  for (let l = 0; l < n; l++) {
    for (let turn = 0; ; turn++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) m++;
      if (m === l) break;
      if (turn === 60) throw new Error('The eigenvalues did not settle after 60 turns.');
      let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      let r = Math.hypot(g, 1);
      g = d[m]! - d[l]! + e[l]! / (g + (g < 0 ? -r : r));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        let f = s * e[i]!;
        const b = c * e[i]!;
        r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1]! -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1]! - p;
        r = (d[i]! - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        for (let k = 0; k < n; k++) {
          f = v[k * n + i + 1]!;
          v[k * n + i + 1] = s * v[k * n + i]! + c * f;
          v[k * n + i] = c * v[k * n + i]! - s * f;
        }
      }
      if (r === 0 && i >= l) continue;
      d[l]! -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
}

/** The symmetric square root of a positive semidefinite matrix; eigenvalues below zero (rounding) count as zero. */
export function squareRoot(matrix: Matrix): Matrix {
  const { values, vectors } = eigenOf(matrix);
  const n = matrix.size;
  const data = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    const root = Math.sqrt(Math.max(0, values[k]!));
    if (root === 0) continue;
    for (let i = 0; i < n; i++) {
      const a = root * vectors.data[i * n + k]!;
      for (let j = 0; j < n; j++) data[i * n + j]! += a * vectors.data[j * n + k]!;
    }
  }
  return { size: n, data };
}
