/** The file that is kept: a PNG, or an animated WebP of one that moves. Equal pixels give equal bytes. */
import sharp from 'sharp';
import type { Pixels } from './pixels.ts';

export interface Encoded {
  bytes: Uint8Array;
  mime: string;
  /** Of the file: a frame that repeats the one before it is that one shown for longer. */
  frames: number;
}

export async function encode({ width, height, frames, data, opaque, delaysMs }: Pixels): Promise<Encoded> {
  const image = (rows: number) => {
    const raw = { width, height: rows, channels: 4 as const, pageHeight: height };
    const whole = sharp(data.subarray(0, width * rows * 4), { raw });
    return opaque ? whole.removeAlpha() : whole;
  };
  if (frames > 1) {
    const options = { quality: 92, effort: 2, loop: 0, delay: [...delaysMs] };
    const bytes = await image(height * frames)
      .webp(options)
      .toBuffer();
    const { pages = 1 } = await sharp(bytes).metadata();
    if (pages > 1) return { bytes, mime: 'image/webp', frames: pages };
  }
  return { bytes: await image(height).png({ compressionLevel: 6 }).toBuffer(), mime: 'image/png', frames: 1 };
}
