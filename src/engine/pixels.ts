/** Between tensors [3, height, width] and pictures (RGB bytes). */
import { createHash } from 'node:crypto';
import type { Picture } from '../core/picture.ts';

type Range = readonly [black: number, white: number];
type Planes = Float32Array<ArrayBuffer>;

export function toPicture(planes: Float32Array, width: number, height: number, range: Range): Picture {
  const bytes = new Uint8ClampedArray(width * height * 3);
  toBytes(planes.subarray(0, bytes.length), 0, width * height, bytes, 0, range);
  return { width, height, data: new Uint8Array(bytes.buffer) };
}

/** Some pixels of three planes, from one of them on, as bytes from `to` on. These round halves to even, as numpy does. */
export function toBytes(
  planes: Float32Array,
  from: number,
  pixels: number,
  bytes: Uint8ClampedArray,
  to: number,
  [black, white]: Range,
): void {
  const area = planes.length / 3;
  const scale = 255 / (white - black);
  for (let i = from, at = to; i < from + pixels; i++) {
    bytes[at++] = (planes[i]! - black) * scale;
    bytes[at++] = (planes[i + area]! - black) * scale;
    bytes[at++] = (planes[i + 2 * area]! - black) * scale;
  }
}

/** Of a side of a picture: which of its pixels stands at a place that may lie beyond its end. */
export type Beyond = (side: number) => (at: number) => number;

/** Beyond its edge the edge pixel repeats. */
const repeated: Beyond = (side) => (at) => Math.min(at, side - 1);

/** The part of a picture that starts at (x, y), as planes, written to `planes`. */
export function toPlanes(
  { data: bytes, ...picture }: Picture,
  x: number,
  y: number,
  width: number,
  height: number,
  range: Range,
  { beyond = repeated, planes = new Float32Array(width * height * 3) }: { beyond?: Beyond; planes?: Planes } = {},
): Planes {
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
