/** Enlarging without a network, and making smaller. */
import sharp from 'sharp';
import type { Picture } from '../../core/picture.ts';
import type { ModelRef } from '../../core/recipe.ts';

/** Stands in a recipe where no upscaling model is installed. */
export const LANCZOS: ModelRef = { name: 'lanczos', version: '3', sha256: '0'.repeat(64) };

/** To exactly this size; the picture itself where it has it. */
export async function resample(picture: Picture, toWidth: number, toHeight: number): Promise<Picture> {
  const { width, height, data } = picture;
  if (width === toWidth && height === toHeight) return picture;
  const image = sharp(data, { raw: { width, height, channels: 3 } }).resize(toWidth, toHeight, {
    kernel: 'lanczos3',
    fit: 'fill',
  });
  return { width: toWidth, height: toHeight, data: new Uint8Array(await image.raw().toBuffer()) };
}
