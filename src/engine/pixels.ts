/** Between tensors [3, height, width] and pictures (RGB bytes). */
import { createHash } from 'node:crypto';
import type { Picture } from '../core/picture.ts';

type Range = readonly [black: number, white: number];
type Planes = Float32Array<ArrayBuffer>;

/** A part of a picture. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Rounded, halves to even, as numpy does. */
export function toPicture(planes: Float32Array, width: number, height: number, [black, white]: Range): Picture {
  const bytes = new Uint8ClampedArray(width * height * 3);
  const area = width * height;
  const scale = 255 / (white - black);
  for (let i = 0, at = 0; at < bytes.length; i++) {
    bytes[at++] = (planes[i]! - black) * scale;
    bytes[at++] = (planes[i + area]! - black) * scale;
    bytes[at++] = (planes[i + 2 * area]! - black) * scale;
  }
  return { width, height, data: new Uint8Array(bytes.buffer) };
}

/** Of a side of a picture: which of its pixels stands at a place that may lie beyond its end. */
export type Beyond = (side: number) => (at: number) => number;

/** Beyond its edge the edge pixel repeats. */
const repeated: Beyond = (side) => (at) => Math.min(at, side - 1);

/** The same part of a picture so many times as large. */
export const enlarged = ({ x, y, width, height }: Rect, times: number): Rect => ({
  x: x * times,
  y: y * times,
  width: width * times,
  height: height * times,
});

/** A part of a picture, or what is beyond its right and lower edge; the picture itself where that is all of it. */
export function partOf(picture: Picture, { x, y, width, height }: Rect, beyond: Beyond = repeated): Picture {
  if (x === 0 && y === 0 && width === picture.width && height === picture.height) return picture;
  const data = new Uint8Array(width * height * 3);
  const [column, row] = [beyond(picture.width), beyond(picture.height)];
  const within = Math.min(width, picture.width - x);
  for (let j = 0; j < height; j++) {
    const line = row(y + j) * picture.width;
    const to = 3 * j * width;
    data.set(picture.data.subarray(3 * (line + x), 3 * (line + x + within)), to);
    for (let i = within; i < width; i++) {
      const from = 3 * (line + column(x + i));
      for (let c = 0; c < 3; c++) data[to + 3 * i + c] = picture.data[from + c]!;
    }
  }
  return { width, height, data };
}

/** The part of a picture that starts at (x, y), as planes. */
export function toPlanes(
  { data: bytes, ...picture }: Picture,
  x: number,
  y: number,
  width: number,
  height: number,
  range: Range,
  beyond: Beyond = repeated,
): Planes {
  const planes = new Float32Array(width * height * 3);
  const [column, row] = [beyond(picture.width), beyond(picture.height)];
  const columns = Int32Array.from({ length: width }, (_, i) => 3 * column(x + i));
  const values = valuesOf(range);
  const area = width * height;
  for (let j = 0, to = 0; j < height; j++) {
    const line = 3 * row(y + j) * picture.width;
    for (let i = 0; i < width; i++, to++) {
      const from = line + columns[i]!;
      planes[to] = values[bytes[from]!]!;
      planes[to + area] = values[bytes[from + 1]!]!;
      planes[to + 2 * area] = values[bytes[from + 2]!]!;
    }
  }
  return planes;
}

/** What each byte is between black and white. */
const valuesOf = ([black, white]: Range) =>
  Float32Array.from({ length: 256 }, (_, byte) => black + (byte / 255) * (white - black));

/** Of width, height and pixels: equal only for equal pictures. */
export const pixelSha256 = ({ width, height, data }: Picture): string =>
  createHash('sha256').update(`${width}x${height}\n`).update(data).digest('hex');
