/** Files named in a shell, as stored pictures: what a request names, a plan looks up, and the engine loads. */
import { readFile } from 'node:fs/promises';
import { AppError } from '../core/errors.ts';
import type { Source, Sources } from '../core/recipe.ts';
import type { PictureRef } from '../core/request.ts';
import { inspectPicture } from '../engine/picture-input.ts';

export interface HandedIn {
  /** Throws invalid_request for what cannot be read as a picture. */
  add(file: string): Promise<PictureRef>;
  sources: Sources;
  load: (key: string) => Promise<Uint8Array>;
}

export function createHandedIn(): HandedIn {
  const kept = new Map<string, { bytes: Uint8Array; source: Source }>();
  const find = (key: string) => {
    const found = kept.get(key);
    if (found) return found;
    throw new AppError('not_found', 'There are no stored pictures here: name files.');
  };
  return {
    async add(file) {
      const bytes = await readFile(file).catch((cause: unknown) => {
        throw new AppError('invalid_request', `${file} cannot be read.`, { cause });
      });
      const about = await inspectPicture(bytes);
      const source = { key: about.sha256, ...about };
      kept.set(source.key, { bytes, source });
      return source;
    },
    sources: (ref) => find('key' in ref ? ref.key : ref.generationId).source,
    load: async (key) => find(key).bytes,
  };
}
