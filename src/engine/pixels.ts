/** Between tensors [3, height, width] and pictures (RGB bytes). */
import { createHash } from 'node:crypto';
import type { Picture } from '../core/picture.ts';

type Range = readonly [black: number, white: number];

export function toPicture(planes: Float32Array, width: number, height: number, [black, white]: Range): Picture {
  const size = width * height;
  const scale = 255 / (white - black);
  const bytes = new Uint8ClampedArray(size * 3); // rounds halves to even, as numpy does
  for (let pixel = 0, to = 0; pixel < size; pixel++) {
    bytes[to++] = (planes[pixel]! - black) * scale;
    bytes[to++] = (planes[pixel + size]! - black) * scale;
    bytes[to++] = (planes[pixel + 2 * size]! - black) * scale;
  }
  return { width, height, data: new Uint8Array(bytes.buffer) };
}

/** The part of a picture that starts at (x, y), as planes; beyond its edge the edge pixel repeats. */
export function toPlanes(picture: Picture, x: number, y: number, width: number, height: number, range: Range) {
  const [black, white] = range;
  const planes = new Float32Array(width * height * 3);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const from =
        (Math.min(y + row, picture.height - 1) * picture.width + Math.min(x + column, picture.width - 1)) * 3;
      for (let c = 0; c < 3; c++)
        planes[(c * height + row) * width + column] = black + (picture.data[from + c]! / 255) * (white - black);
    }
  return planes;
}

/** Of width, height and pixels: equal only for equal pictures. */
export const pixelSha256 = ({ width, height, data }: Picture): string =>
  createHash('sha256').update(`${width}x${height}\n`).update(data).digest('hex');
