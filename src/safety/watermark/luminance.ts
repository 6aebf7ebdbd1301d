/** Brightness as a plane of floats, and the two things done to planes: resizing and local statistics. */
import type { Picture } from '../../core/picture.ts';

export interface Plane {
  width: number;
  height: number;
  values: Float32Array;
}

/** Rec. 601 luma, 0–255. */
export function luminance({ width, height, data }: Picture): Plane {
  const values = new Float32Array(width * height);
  for (let i = 0; i < values.length; i++)
    values[i] = 0.299 * data[3 * i]! + 0.587 * data[3 * i + 1]! + 0.114 * data[3 * i + 2]!;
  return { width, height, values };
}

/** Resamples the rows with a triangle as wide as the larger of both pixel pitches, and turns the plane on its side. */
function resizeAndTurn({ width, height, values }: Plane, wanted: number): Plane {
  const out = new Float32Array(wanted * height);
  const scale = width / wanted;
  const reach = Math.max(1, scale);
  for (let x = 0; x < wanted; x++) {
    const centre = (x + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(width - 1, Math.floor(centre + reach));
    const weights = new Float64Array(last - first + 1);
    let total = 0;
    for (let k = 0; k < weights.length; k++) {
      weights[k] = Math.max(0, 1 - Math.abs(first + k - centre) / reach);
      total += weights[k]!;
    }
    for (let y = 0; y < height; y++) {
      let sum = 0;
      const row = y * width + first;
      for (let k = 0; k < weights.length; k++) sum += values[row + k]! * weights[k]!;
      out[x * height + y] = sum / total;
    }
  }
  return { width: height, height: wanted, values: out };
}

/** Triangle filter with antialiasing. */
export const resize = (plane: Plane, width: number, height: number): Plane =>
  plane.width === width && plane.height === height ? plane : resizeAndTurn(resizeAndTurn(plane, width), height);

/** Summed-area table of the values or of their squares: (width + 1) × (height + 1). */
function summedArea({ width, height, values }: Plane, squared: boolean): Float64Array {
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    const [from, above, to] = [y * width, y * (width + 1) + 1, (y + 1) * (width + 1) + 1];
    for (let x = 0; x < width; x++) {
      const v = values[from + x]!;
      row += squared ? v * v : v;
      sums[to + x] = sums[above + x]! + row;
    }
  }
  return sums;
}

/** Mean over the (2 · radius + 1)² pixels round each pixel; at the borders over those that exist. */
function boxMeans({ width, height }: Plane, sums: Float64Array, radius: number): Float32Array {
  const means = new Float32Array(width * height);
  const pitch = width + 1;
  for (let y = 0; y < height; y++) {
    const first = Math.max(0, y - radius);
    const last = Math.min(height, y + radius + 1);
    const [top, bottom, rows] = [first * pitch, last * pitch, last - first];
    for (let x = 0; x < width; x++) {
      const left = x > radius ? x - radius : 0;
      const right = x + radius < width ? x + radius + 1 : width;
      const sum = sums[bottom + right]! - sums[top + right]! - sums[bottom + left]! + sums[top + left]!;
      means[y * width + x] = sum / (rows * (right - left));
    }
  }
  return means;
}

/** Mean round each pixel. */
export const localMean = (plane: Plane, radius: number): Float32Array =>
  boxMeans(plane, summedArea(plane, false), radius);

/** Standard deviation round each pixel. */
export function localDeviation(plane: Plane, radius: number): Float32Array {
  const means = localMean(plane, radius);
  const squares = boxMeans(plane, summedArea(plane, true), radius);
  for (let i = 0; i < squares.length; i++) squares[i] = Math.sqrt(Math.max(0, squares[i]! - means[i]! * means[i]!));
  return squares;
}
