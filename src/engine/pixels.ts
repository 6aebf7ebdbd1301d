/** Between tensors [3, height, width] and pictures (RGB bytes). */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { AppError } from '../core/errors.ts';
import type { Picture } from '../core/picture.ts';

type Range = readonly [black: number, white: number];

/** Rounds halves to even, as numpy does. */
export function toPicture(planes: Float32Array, width: number, height: number, [black, white]: Range): Picture {
  const size = width * height;
  const scale = 255 / (white - black);
  const data = new Uint8ClampedArray(size * 3); // clamps and rounds half to even
  for (let c = 0; c < 3; c++)
    for (let from = c * size, to = c; to < data.length; from++, to += 3) data[to] = (planes[from]! - black) * scale;
  return { width, height, data: new Uint8Array(data.buffer) };
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

const MOST_PIXELS = 64 * 1024 * 1024;

/** Bytes of a PNG, JPEG or WebP to pixels, upright, transparency on white. */
export async function decodePicture(bytes: Uint8Array): Promise<Picture> {
  const image = sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error' });
  const { data, info } = await image
    .autoOrient()
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw new AppError('invalid_request', 'That file is not a picture that can be read. Send a PNG, JPEG or WebP.', {
        cause,
      });
    });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/** Of width, height and pixels: equal only for equal pictures. */
export const pixelSha256 = ({ width, height, data }: Picture): string =>
  createHash('sha256').update(`${width}x${height}\n`).update(data).digest('hex');
