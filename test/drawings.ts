/** Pictures for filters, drawn by formula. */
import type { Picture } from '../src/core/picture.ts';

/** A disc on a slope of colours: something to recognise. */
export function aScene(width: number, height = width): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const within = Math.hypot(x - width / 2, y - height / 2) < width / 4;
      data[i++] = within ? 220 : 60 + (100 * x) / width;
      data[i++] = within ? 180 : 90 + (80 * y) / height;
      data[i++] = within ? 60 : 140;
    }
  return { width, height, data };
}

/** Diagonal stripes of two colours. */
export function stripes(side: number, [one, two]: readonly [readonly number[], readonly number[]]): Picture {
  const data = new Uint8Array(side * side * 3);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const first = (Math.floor(pixel / side) + (pixel % side)) % 12 < 6;
    data[i] = (first ? one : two)[i % 3]!;
  }
  return { width: side, height: side, data };
}
export const BLUE = [
  [20, 40, 160],
  [240, 220, 90],
] as const;
export const RED = [
  [200, 30, 30],
  [250, 240, 240],
] as const;
