/** Pictures into the engine and out of it, without a store between. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { createLogger } from '../../src/core/log.ts';
import type { Picture } from '../../src/core/picture.ts';
import type { Recipe, StoredPicture } from '../../src/core/recipe.ts';
import type { Engine } from '../../src/engine/engine.ts';

/** A picture as recipes name it, and its bytes. */
export interface Held {
  stored: StoredPicture;
  png: Uint8Array;
}

const raw = ({ data, width, height }: Picture) => sharp(Buffer.from(data), { raw: { width, height, channels: 3 } });

export async function held(picture: Picture): Promise<Held> {
  const png = await raw(picture).png().toBuffer();
  const sha256 = createHash('sha256').update(png).digest('hex');
  return { stored: { key: sha256, sha256, width: picture.width, height: picture.height }, png };
}

/** A recipe and the pictures that it names → what the engine makes of it. */
export const createMaker =
  (engine: Pick<Engine, 'generate'>) =>
  async (recipe: Recipe, pictures: readonly Held[] = []): Promise<Picture[]> => {
    const { images } = await engine.generate(recipe, {
      log: createLogger('error'),
      signal: new AbortController().signal,
      onProgress: () => {},
      load: async (key) => {
        const found = pictures.find(({ stored }) => stored.key === key);
        if (!found) throw new Error(`The recipe names a picture that the evaluation did not hand in: ${key}`);
        return found.png;
      },
    });
    return images.map(({ picture }) => picture);
  };

export async function resized(picture: Picture, width: number, height = width): Promise<Picture> {
  const image = raw(picture).resize(width, height, { kernel: 'lanczos3', fit: 'fill' });
  return { width, height, data: new Uint8Array(await image.removeAlpha().raw().toBuffer()) };
}

/** The pictures of a sheet, row by row, `side` px each. */
export async function cutSheet(path: string, side: number): Promise<Picture[]> {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const columns = info.width / side;
  return Array.from({ length: columns * (info.height / side) }, (_, n) => {
    const out = new Uint8Array(side * side * 3);
    for (let y = 0; y < side; y++) {
      const from = ((Math.floor(n / columns) * side + y) * info.width + (n % columns) * side) * 3;
      out.set(data.subarray(from, from + 3 * side), y * side * 3);
    }
    return { width: side, height: side, data: out };
  });
}

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
