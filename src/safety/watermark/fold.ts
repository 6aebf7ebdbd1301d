/** A picture laid over itself tile by tile, so that what repeats grows and the picture itself fades. */
import { localDeviation, localMean, type Plane, resize } from './luminance.ts';

/** Soft floor of the local contrast, grey levels: below it there is only rounding. */
const FAINT = 1.2;
const CLIP = 3;

/** To the canonical size (long side `longSide`), without local mean and local contrast: all places weigh alike. */
export function level(plane: Plane, longSide: number): Plane {
  const scale = longSide / Math.max(plane.width, plane.height);
  const side = (length: number) => Math.max(8, Math.round(length * scale));
  const canonical = resize(plane, side(plane.width), side(plane.height));
  const means = localMean(canonical, 8);
  const values = canonical.values.map((v, i) => v - means[i]!);
  const deviations = localDeviation({ ...canonical, values }, 6);
  for (let i = 0; i < values.length; i++)
    values[i] = Math.max(-CLIP, Math.min(CLIP, values[i]! / (deviations[i]! + FAINT)));
  return { ...canonical, values };
}

/** How the picture may have been changed since it was marked. */
export interface Guess {
  /** Size on the canonical grid relative to the picture's: below 1 for a crop. */
  scaleX: number;
  scaleY: number;
  /** Radians. */
  turn: number;
}

/** Sums of all tiles under that guess, each cell divided by √count: noise keeps its size, the pattern grows. n × n. */
export function fold({ width, height, values }: Plane, n: number, { scaleX, scaleY, turn }: Guess): Float64Array {
  const sums = new Float64Array(n * n);
  const counts = new Float64Array(n * n);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const [columns, rows] = [Math.round(width * scaleX), Math.round(height * scaleY)];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let x = (column + 0.5) / scaleX - 0.5;
      let y = (row + 0.5) / scaleY - 0.5;
      if (turn !== 0) {
        const [a, b] = [x - width / 2, y - height / 2];
        x = width / 2 + a * cos - b * sin;
        y = height / 2 + a * sin + b * cos;
      }
      const [left, top] = [Math.floor(x), Math.floor(y)];
      if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) continue;
      const [across, down, p] = [x - left, y - top, top * width + left];
      const above = values[p]! * (1 - across) + values[p + 1]! * across;
      const below = values[p + width]! * (1 - across) + values[p + width + 1]! * across;
      const cell = (row % n) * n + (column % n);
      sums[cell]! += above * (1 - down) + below * down;
      counts[cell]!++;
    }
  }
  return sums.map((sum, i) => (counts[i]! > 0 ? sum / Math.sqrt(counts[i]!) : 0));
}
