/** Pictures as networks see them, three planes of numbers, in sizes that networks take. */
import type { Picture } from '../../core/picture.ts';
import { type Beyond, type Rect, toPicture, toPlanes } from '../pixels.ts';

export interface Size {
  width: number;
  height: number;
}

/** [channels, height, width] */
export interface Planes extends Size {
  data: Float32Array<ArrayBuffer>;
}

type Range = readonly [black: number, white: number];

/** In this size or its own; beyond its right and lower edge it is mirrored. */
export function planesOf(picture: Picture, range: Range, { width, height }: Size = picture): Planes {
  return { width, height, data: toPlanes(picture, 0, 0, width, height, range, mirror) };
}

export const pictureOf = ({ data, width, height }: Planes, range: Range): Picture =>
  toPicture(data, width, height, range);

/** The next size whose sides are multiples, and `least` of them at least. */
export const roundedUp = ({ width, height }: Size, multiple: number, least = 1): Size => {
  const up = (side: number) => Math.max(least, Math.ceil(side / multiple)) * multiple;
  return { width: up(width), height: up(height) };
};

/** Beyond its right and lower edge a picture is mirrored, there and back, as often as the size needs. */
export function mirrored(planes: Planes, { width, height }: Size): Planes {
  if (width === planes.width && height === planes.height) return planes;
  const [column, row] = [mirror(planes.width), mirror(planes.height)];
  const columns = Int32Array.from({ length: width }, (_, x) => column(x));
  const area = planes.width * planes.height;
  const data = new Float32Array((planes.data.length / area) * width * height);
  for (let from = 0, to = 0; from < planes.data.length; from += area)
    for (let y = 0; y < height; y++) {
      const line = from + row(y) * planes.width;
      for (let x = 0; x < width; x++) data[to++] = planes.data[line + columns[x]!]!;
    }
  return { width, height, data };
}

/** Mirrored, there and back, as often as it takes. */
export const mirror: Beyond = (side) => (at) => {
  const turn = at % (2 * side);
  return turn < side ? turn : 2 * side - 1 - turn;
};

/** The upper left part. */
export const cropped = (planes: Planes, { width, height }: Size): Planes => cut(planes, { x: 0, y: 0, width, height });

/** The part within a rectangle, in a new room; the planes themselves where that is all of them. */
export function cut(
  planes: Planes,
  part: Rect,
  roomFor = (length: number): Planes['data'] => new Float32Array(length),
): Planes {
  const { width, height } = part;
  if (width === planes.width && height === planes.height) return planes;
  const size = (planes.data.length / (planes.width * planes.height)) * width * height;
  const out = { width, height, data: roomFor(size) };
  paste(planes, part, out, { x: 0, y: 0 });
  return out;
}

type Place = Pick<Rect, 'x' | 'y'>;

/** What lies within a rectangle, at a place of other planes. */
export function paste(from: Planes, { x, y, width, height }: Rect, to: Planes, at: Place): void {
  const [area, toArea] = [from.width * from.height, to.width * to.height];
  const joined = width === from.width && width === to.width; // rows follow upon one another
  const [runs, length] = joined ? [1, width * height] : [height, width];
  for (let c = 0; c * area < from.data.length; c++)
    for (let row = 0; row < runs; row++) {
      const start = c * area + (y + row) * from.width + x;
      to.data.set(from.data.subarray(start, start + length), c * toArea + (at.y + row) * to.width + at.x);
    }
}

/** Enlarged, or shrunk a little: linear between pixel centres. */
export function stretched({ data, ...from }: Planes, { width, height }: Size): Planes {
  if (width === from.width && height === from.height) return { ...from, data };
  const area = from.width * from.height;
  const channels = data.length / area;
  const [across, down] = [between(from.width, width), between(from.height, height)];
  const out = new Float32Array(channels * width * height);
  for (let c = 0, to = 0; c < channels; c++)
    for (const [y0, y1, v] of down) {
      const [upper, lower] = [c * area + y0 * from.width, c * area + y1 * from.width];
      for (const [x0, x1, u] of across) {
        const above = data[upper + x0]! * (1 - u) + data[upper + x1]! * u;
        out[to++] = above * (1 - v) + (data[lower + x0]! * (1 - u) + data[lower + x1]! * u) * v;
      }
    }
  return { width, height, data: out };
}

/** For each pixel of the new side: the two of the old one it lies between, and how near it is to the second. */
const between = (from: number, to: number): (readonly [number, number, number])[] =>
  Array.from({ length: to }, (_, i) => {
    const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const first = Math.floor(at);
    return [first, Math.min(from - 1, first + 1), at - first] as const;
  });
