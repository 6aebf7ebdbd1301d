/** A style picture in the content's colours, before its style is taken. Gatys et al. 2017, section 5. */
import type { ColourKeeping } from '../../core/filter-request.ts';
import type { Picture } from '../../core/picture.ts';
import { luminance } from './luminance.ts';

type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

/** A style picture whose colours do not pull away from those that are to stay. */
export const READIED: { readonly [K in ColourKeeping]: (style: Picture, content: Picture) => Picture } = {
  no: (style) => style,
  luminance: withLightnessOf,
  histogram: withColoursOf,
};

/** Colours moved linearly so that their mean and covariance are those of `target`: A·(p − μ) + μ', A = Σ'^½ · Σ^−½. */
export function withColoursOf(picture: Picture, target: Picture): Picture {
  const [from, to] = [spreadOf(picture), spreadOf(target)];
  const a = product(power(to.covariance, 0.5), power(from.covariance, -0.5));
  const out = new Uint8ClampedArray(picture.data.length);
  for (let i = 0; i < out.length; i += 3)
    for (let c = 0; c < 3; c++) {
      let v = to.mean[c]!;
      for (let k = 0; k < 3; k++) v += a[c]![k]! * (picture.data[i + k]! - from.mean[k]!);
      out[i + c] = v;
    }
  return { ...picture, data: new Uint8Array(out.buffer) };
}

/** In greys, as light on average and as contrasty as `target`: L' = σ'/σ · (L − μ) + μ'. */
export function withLightnessOf(picture: Picture, target: Picture): Picture {
  const [from, to] = [contrastOf(picture), contrastOf(target)];
  return inGreys(picture, (l) => ((l - from.mean) * to.deviation) / Math.max(1, from.deviation) + to.mean);
}

export function inGreys(picture: Picture, change: (luminance: number) => number = (l) => l): Picture {
  const out = new Uint8ClampedArray(picture.data.length);
  for (let i = 0; i < out.length; i += 3) {
    const light = change(luminance(picture.data, i));
    out[i] = light;
    out[i + 1] = light;
    out[i + 2] = light;
  }
  return { ...picture, data: new Uint8Array(out.buffer) };
}

function contrastOf({ data }: Picture) {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < data.length; i += 3) {
    const l = luminance(data, i);
    sum += l;
    squares += l * l;
  }
  const mean = sum / (data.length / 3);
  return { mean, deviation: Math.sqrt(Math.max(0, squares / (data.length / 3) - mean * mean)) };
}

function spreadOf({ data }: Picture): { mean: Vector; covariance: Matrix } {
  const pixels = data.length / 3;
  let [red, green, blue, rr, rg, rb, gg, gb, bb] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < data.length; i += 3) {
    const r = data[i]!;
    const g = data[i + 1]!;
    const b = data[i + 2]!;
    red += r;
    green += g;
    blue += b;
    rr += r * r;
    rg += r * g;
    rb += r * b;
    gg += g * g;
    gb += g * b;
    bb += b * b;
  }
  const mean: Vector = [red / pixels, green / pixels, blue / pixels];
  const products: Matrix = [
    [rr, rg, rb],
    [rg, gg, gb],
    [rb, gb, bb],
  ];
  return { mean, covariance: square((i, j) => products[i]![j]! / pixels - mean[i]! * mean[j]!) };
}

const square = (of: (row: number, column: number) => number) =>
  [0, 1, 2].map((i) => [0, 1, 2].map((j) => of(i, j))) as unknown as Matrix;

const product = (a: Matrix, b: Matrix): Matrix =>
  square((i, j) => a[i]![0] * b[0][j]! + a[i]![1] * b[1][j]! + a[i]![2] * b[2][j]!);

/** Of a symmetric matrix, by its eigenvalues; those of colours that hardly vary count as one grey level. */
function power(matrix: Matrix, exponent: number): Matrix {
  const { values, vectors } = eigen(matrix);
  const raised = values.map((value) => Math.max(1, value) ** exponent);
  return square((i, j) => raised.reduce((sum, value, k) => sum + value * vectors[i]![k]! * vectors[j]![k]!, 0));
}

/** Jacobi's rotations: eigenvectors are the columns. */
function eigen(matrix: Matrix): { values: Vector; vectors: Matrix } {
  let [a, v] = [matrix, square((i, j) => (i === j ? 1 : 0))];
  for (let sweep = 0; sweep < 12; sweep++)
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      if (a[p][q] === 0) continue;
      const angle = 0.5 * Math.atan2(2 * a[p][q], a[q][q] - a[p][p]);
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const turn = square((i, j) => {
        if (i === j) return i === p || i === q ? c : 1;
        return i === p && j === q ? s : i === q && j === p ? -s : 0;
      });
      a = product(
        square((i, j) => turn[j]![i]!),
        product(a, turn),
      );
      v = product(v, turn);
    }
  return { values: [a[0][0], a[1][1], a[2][2]], vectors: v };
}
