/** The file that is kept: a PNG, or an animated WebP of one that moves. Equal pixels give equal bytes. */
import sharp from 'sharp';
import type { Pixels } from './pixels.ts';

export async function encode({
  width,
  height,
  frames,
  data,
  opaque,
  delaysMs,
}: Pixels): Promise<{ bytes: Uint8Array; mime: string }> {
  const raw = { width, height: height * frames, channels: 4 as const, pageHeight: height };
  const image = opaque ? sharp(data, { raw }).removeAlpha() : sharp(data, { raw });
  if (frames === 1) return { bytes: await image.png({ compressionLevel: 6 }).toBuffer(), mime: 'image/png' };
  const bytes = await image.webp({ quality: 92, effort: 2, loop: 0, delay: [...delaysMs] }).toBuffer();
  return { bytes, mime: 'image/webp' };
}
