/** Pictures by formula. */
import type { Picture } from '../../../../src/core/picture.ts';

type Colour = readonly [number, number, number];

export function drawn(width: number, height: number, colour: (x: number, y: number) => Colour): Picture {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(colour(x, y), 3 * (y * width + x));
  return { width, height, data };
}

export const at = ({ width, data }: Picture, x: number, y: number) =>
  [...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)] as [number, number, number];

/** A quarter turn clockwise. */
export const turned = (picture: Picture): Picture =>
  drawn(picture.height, picture.width, (x, y) => at(picture, y, picture.height - 1 - x));

const WHITE = [255, 255, 255] as const;
const BLACK = [0, 0, 0] as const;

/** White on black, `side` pixels a side, the upper left corner at (x, y). */
export const square = (size: number, x: number, y: number, side: number): Picture =>
  drawn(size, size, (u, v) => (u >= x && u < x + side && v >= y && v < y + side ? WHITE : BLACK));

/** Something of everything: soft and hard edges, colours of one brightness, texture. Uneven in every direction. */
export const scene = (width: number, height: number): Picture =>
  drawn(width, height, (x, y) => {
    if (Math.hypot(x - 0.3 * width, y - 0.4 * height) < 0.2 * width) return [220, 40, 40];
    if (x > 0.6 * width && y > 0.5 * height + 0.3 * x - 0.2 * width) return [30, 95, 250];
    const grain = (x * 7919 + y * 104_729) % 17;
    return [90 + grain, 120 + Math.round((60 * y) / height), 100];
  });

/** Pixels that are not black. */
export const lit = (picture: Picture): [number, number][] =>
  Array.from({ length: picture.width * picture.height }, (_, i) => i)
    .filter((i) => picture.data[3 * i]! + picture.data[3 * i + 1]! + picture.data[3 * i + 2]! > 0)
    .map((i) => [i % picture.width, Math.floor(i / picture.width)]);
