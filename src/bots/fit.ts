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

/** Unchanged when it fits; else JPEG at falling quality, then at falling size. Throws invalid_request when even that is too much. */
export async function fit(upload: Upload, limit: number): Promise<Upload> {
  if (upload.bytes.length <= limit) return upload;
  const { width = 1, height = 1 } = await sharp(upload.bytes).metadata();
  const name = upload.name.replace(/\.\w+$/, '.jpg');
  for (const scale of [1, 0.5, 0.25])
    for (const quality of QUALITIES) {
      const image = sharp(upload.bytes).resize(
        Math.max(1, Math.round(width * scale)),
        Math.max(1, Math.round(height * scale)),
      );
      const bytes = await image.flatten({ background: '#fff' }).jpeg({ quality }).toBuffer();
      if (bytes.length <= limit)
        return {
          bytes,
          mime: 'image/jpeg',
          name,
          note: `Sent as JPEG${scale < 1 ? ` at ${scale * 100} % size` : ''}: the full picture is larger than an upload may be here.`,
        };
    }
  throw new AppError(
    'invalid_request',
    `The picture does not fit the ${Math.floor(limit / 1024)} KiB an upload may have here.`,
  );
}
