/** What a classifier is shown of a picture: enough of it that nothing hides in a frame, or under transparency. */
import sharp, { type Sharp } from 'sharp';
import type { Picture } from '../../core/picture.ts';
import type { Pixels } from './pixels.ts';

const FRAMES = 8;
/** Classifiers look at some 300 pixels a side. */
const SIDE = 512;

/** Frames spread over the whole, first and last among them; where something is transparent, on white and as it lies below. */
export async function samplesOf({ width, height, frames, data, opaque }: Pixels): Promise<Picture[]> {
  const size = width * height * 4;
  const shown = Math.min(frames, FRAMES);
  const chosen = Array.from({ length: shown }, (_, i) => Math.round((i * (frames - 1)) / Math.max(1, shown - 1)));
  const samples: Picture[] = [];
  for (const frame of chosen) {
    const rgba = data.subarray(frame * size, (frame + 1) * size);
    const image = () => sharp(rgba, { raw: { width, height, channels: 4 } });
    samples.push(await small(opaque ? image().removeAlpha() : image().flatten({ background: 'white' })));
    if (!opaque) samples.push(await small(image().removeAlpha()));
  }
  return samples;
}

async function small(image: Sharp): Promise<Picture> {
  const { data, info } = await image
    .resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}
