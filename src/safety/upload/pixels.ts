/** Pixels, and nothing else that was in the file: upright, in sRGB, 8 bits a channel, no larger than what is kept. */
import sharp from 'sharp';
import type { UploadLimits } from './limits.ts';
import { damaged, type Measured } from './measure.ts';

/** RGBA, row by row, frame after frame. */
export interface Pixels {
  width: number;
  /** Of one frame. */
  height: number;
  frames: number;
  data: Uint8Array;
  opaque: boolean;
}

/** Decodes strictly: what a decoder only warns of is refused. Throws invalid_request. */
export async function pixelsOf(bytes: Uint8Array, measured: Measured, limits: UploadLimits): Promise<Pixels> {
  const { frames } = measured;
  const { width, height } = kept(measured, limits);
  const { data, info } = await sharp(bytes, {
    limitInputPixels: frames > 1 ? limits.movingPixels : limits.pixels,
    failOn: 'warning',
    animated: frames > 1,
  })
    .timeout({ seconds: limits.seconds })
    .autoOrient()
    .resize(width, height, { fit: 'fill', kernel: 'lanczos3' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => Promise.reject(damaged(cause)));
  if (info.width !== width || info.height !== height * frames || info.channels !== 4) throw damaged();
  return { width, height, frames, data, opaque: isOpaque(data) };
}

/** Its own size, or the largest of the same shape that is kept. */
function kept({ width, height, frames }: Measured, { keptPixels, keptMovingPixels }: UploadLimits) {
  const share = (frames > 1 ? keptMovingPixels / frames : keptPixels) / (width * height);
  if (share >= 1) return { width, height };
  const scale = Math.sqrt(share);
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
}

function isOpaque(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return false;
  return true;
}
