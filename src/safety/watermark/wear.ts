/** What becomes of a picture once it is out. */
import sharp from 'sharp';
import type { Picture } from '../../core/picture.ts';

const shown = ({ data, width, height }: Picture) => sharp(data, { raw: { width, height, channels: 3 } });

/** What our own films make of it. */
export const rub = async (picture: Picture): Promise<Picture> =>
  decoded(await shown(picture).webp({ quality: 90, effort: 0 }).toBuffer());

/** What a chat may make of it: strong JPEG, and half the size with JPEG. */
export async function wear(picture: Picture): Promise<Picture[]> {
  const { width, height } = picture;
  const halved = { width: Math.ceil(width / 2), height: Math.ceil(height / 2), fit: 'fill' as const };
  const jpegs = await Promise.all([
    shown(picture).jpeg({ quality: 40 }).toBuffer(),
    shown(picture).resize(halved).jpeg({ quality: 50 }).toBuffer(),
  ]);
  return Promise.all(jpegs.map(decoded));
}

async function decoded(bytes: Uint8Array): Promise<Picture> {
  const { data, info } = await sharp(bytes)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}
