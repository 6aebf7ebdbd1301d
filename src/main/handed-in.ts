/** Files named in a shell, as stored pictures: what a request names, a plan looks up, and the engine loads. */
import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../core/errors.ts';
import type { Source, Sources } from '../core/recipe.ts';
import type { PictureRef } from '../core/request.ts';
import type { UploadBounds } from '../core/upload-bounds.ts';
import { inspectPicture } from '../engine/picture-input.ts';

export interface HandedIn {
  /** Throws invalid_request for what cannot be read as a picture, or is larger than the settings allow. */
  add(file: string): Promise<PictureRef>;
  sources: Sources;
  load: (key: string) => Promise<Uint8Array>;
}

export function createHandedIn(bounds: UploadBounds): HandedIn {
  const kept = new Map<string, { bytes: Uint8Array; source: Source }>();
  const find = (key: string) => {
    const found = kept.get(key);
    if (found) return found;
    throw new AppError('not_found', 'There are no stored pictures here: name files.');
  };
  return {
    async add(file) {
      const unreadable = (cause: unknown) => {
        throw new AppError('invalid_request', `${file} cannot be read.`, { cause });
      };
      const { size } = await stat(file).catch(unreadable);
      refuseMore(file, { is: size / 2 ** 20, most: bounds.bytes / 2 ** 20, of: 'MiB', setting: 'UPLOAD_MAX_MB' });
      const bytes = await readFile(file).catch(unreadable);
      const about = await inspectPicture(bytes);
      refuseLarger(file, about, bounds);
      const source = { key: about.sha256, ...about };
      kept.set(source.key, { bytes, source });
      return source;
    },
    sources: (ref) => find('key' in ref ? ref.key : ref.generationId).source,
    load: async (key) => find(key).bytes,
  };
}

function refuseLarger(
  file: string,
  { width, height, frames = 1 }: { width: number; height: number; frames?: number | undefined },
  { pixels, movingPixels, frames: mostFrames }: UploadBounds,
): void {
  refuseMore(file, { is: frames, most: mostFrames, of: 'frames', setting: 'UPLOAD_MAX_FRAMES' });
  const is = (width * height * frames) / 1e6;
  if (frames > 1)
    refuseMore(file, {
      ...{ is, most: movingPixels / 1e6 },
      ...{ of: 'million pixels in all its frames', setting: 'UPLOAD_MAX_MOVING_MEGAPIXELS' },
    });
  else refuseMore(file, { is, most: pixels / 1e6, of: 'million pixels', setting: 'UPLOAD_MAX_MEGAPIXELS' });
}

function refuseMore(
  file: string,
  { is, most, of, setting }: { is: number; most: number; of: string; setting: string },
): void {
  if (is <= most) return;
  const shown = Math.round(is * 10) / 10;
  throw new AppError('invalid_request', `${file} has ${shown} ${of}; the most is ${most} (${setting}).`);
}
