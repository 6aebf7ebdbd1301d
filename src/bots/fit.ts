/** Makes a picture fit an upload limit, and says what that took. */
import sharp from 'sharp';
import { AppError } from '../core/errors.ts';

export interface Upload {
  bytes: Uint8Array;
  mime: string;
  name: string;
  /** What was done to it, for the person. */
  note?: string;
}

const QUALITIES = [92, 80, 65] as const;
const SCALES = [1, 0.5, 0.25] as const;

/**
 * Unchanged when it fits; else JPEG (what moves stays WebP) at falling quality, then at falling size. Throws
 * invalid_request when even that is too much.
 */
export async function fit(upload: Upload, limit: number): Promise<Upload> {
  if (upload.bytes.length <= limit) return upload;
  const { width = 1, height = 1, pages = 1, pageHeight = height } = await sharp(upload.bytes, ALL_FRAMES).metadata();
  const { encode, mime, named, extension } = pages > 1 ? MOVING : STILL;
  for (const scale of SCALES)
    for (const quality of QUALITIES) {
      const size = {
        width: Math.max(1, Math.round(width * scale)),
        height: Math.max(1, Math.round(pageHeight * scale)),
      };
      const bytes = await encode(upload.bytes, size, quality);
      if (bytes.length <= limit)
        return {
          bytes,
          mime,
          name: upload.name.replace(/\.\w+$/, extension),
          note: `Sent as ${named}${scale < 1 ? ` at ${scale * 100} % size` : ''}: the full picture is larger than an upload may be here.`,
        };
    }
  throw new AppError(
    'invalid_request',
    `The picture does not fit the ${Math.floor(limit / 1024)} KiB an upload may have here.`,
  );
}

const ALL_FRAMES = { animated: true, limitInputPixels: false } as const; // ours, and frames stand below one another

interface Format {
  encode(bytes: Uint8Array, size: { width: number; height: number }, quality: number): Promise<Uint8Array>;
  mime: string;
  named: string;
  extension: string;
}

const STILL: Format = {
  encode: (bytes, { width, height }, quality) =>
    sharp(bytes).resize(width, height).flatten({ background: '#fff' }).jpeg({ quality }).toBuffer(),
  mime: 'image/jpeg',
  named: 'JPEG',
  extension: '.jpg',
};
const MOVING: Format = {
  encode: (bytes, { width, height }, quality) =>
    sharp(bytes, ALL_FRAMES).resize(width, height).webp({ quality }).toBuffer(),
  mime: 'image/webp',
  named: 'WebP of less quality',
  extension: '.webp',
};
