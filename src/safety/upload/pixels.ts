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
  /** How long each frame is shown. */
  delaysMs: readonly number[];
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
  const pixels = { width, height, frames, data, delaysMs: measured.delaysMs };
  const fewer = frames > limits.keptFrames ? thinned(pixels, limits.keptFrames) : pixels;
  return { ...fewer, opaque: isOpaque(fewer.data) };
}

/** So many of the frames, evenly spread: each stays for as long as those that it stands for. */
function thinned({ width, height, frames, data, delaysMs }: Omit<Pixels, 'opaque'>, most: number) {
  const size = width * height * 4;
  const starts = Array.from({ length: most + 1 }, (_, i) => Math.round((i * frames) / most));
  const groups = starts.slice(0, most).map((from, i) => delaysMs.slice(from, starts[i + 1]));
  return {
    ...{ width, height, frames: most },
    data: Buffer.concat(groups.map((_, i) => data.subarray(starts[i]! * size, (starts[i]! + 1) * size))),
    delaysMs: groups.map((delays) => delays.reduce((sum, ms) => sum + ms, 0)),
  };
}

/** Its own size, or the largest of the same shape that is kept. */
function kept({ width, height, frames }: Measured, limits: UploadLimits) {
  const most = frames > 1 ? limits.keptMovingPixels / Math.min(frames, limits.keptFrames) : limits.keptPixels;
  const share = most / (width * height);
  if (share >= 1) return { width, height };
  const scale = Math.sqrt(share);
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
}

function isOpaque(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return false;
  return true;
}
