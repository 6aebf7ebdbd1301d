/** Edges of a picture, and how well two sets of edges agree. */
import type { Picture } from '../../src/core/picture.ts';
import { blurred } from './blur.ts';
import { luma } from './luma.ts';

/** Places where the Sobel gradient of the slightly blurred brightness exceeds `threshold` and is largest along its direction. */
export function edgesOf(picture: Picture, threshold = 60): Uint8Array {
  const { width: w, height: h } = picture;
  const y = blurred(luma(picture), w, h, 1, 3);
  const gx = new Float32Array(w * h);
  const gy = new Float32Array(w * h);
  const strength = new Float32Array(w * h);
  for (let r = 1; r < h - 1; r++)
    for (let c = 1; c < w - 1; c++) {
      const i = r * w + c;
      const [a, b, d, e, f, g] = [y[i - w - 1]!, y[i - w + 1]!, y[i + w - 1]!, y[i + w + 1]!, y[i - 1]!, y[i + 1]!];
      gx[i] = b + 2 * g + e - a - 2 * f - d;
      gy[i] = d + 2 * y[i + w]! + e - a - 2 * y[i - w]! - b;
      strength[i] = Math.hypot(gx[i]!, gy[i]!);
    }
  const out = new Uint8Array(w * h);
  for (let r = 1; r < h - 1; r++)
    for (let c = 1; c < w - 1; c++) {
      const i = r * w + c;
      if (strength[i]! < threshold) continue;
      const angle = ((Math.atan2(gy[i]!, gx[i]!) * 4) / Math.PI + 8.5) | 0;
      const step = [1, w + 1, w, w - 1][angle % 4]!;
      if (strength[i]! >= strength[i - step]! && strength[i]! > strength[i + step]!) out[i] = 1;
    }
  return out;
}

/** F1 of edge places, matched within `reach` pixels (the measure of Martin et al. 2004 without their assignment). */
export function edgeF1(found: Uint8Array, wanted: Uint8Array, width: number, reach = 2): number {
  const precision = shareNear(found, wanted, width, reach);
  const recall = shareNear(wanted, found, width, reach);
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

function shareNear(points: Uint8Array, others: Uint8Array, width: number, reach: number): number {
  const height = points.length / width;
  let [all, near] = [0, 0];
  for (let i = 0; i < points.length; i++) {
    if (!points[i]) continue;
    all++;
    const [x, y] = [i % width, Math.floor(i / width)];
    search: for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++)
      for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++)
        if (others[v * width + u]) {
          near++;
          break search;
        }
  }
  return all === 0 ? 0 : near / all;
}
