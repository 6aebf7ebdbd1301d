/** Pictures made in a shell, on disk: one file each; what moves is one WebP or GIF. */
import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { AppError } from '../core/errors.ts';
import type { Recipe } from '../core/recipe.ts';

/** The first under the name itself, the rest with -2, -3 … behind it. */
export async function writeEach(out: string, pictures: readonly Uint8Array[]): Promise<string[]> {
  const end = extname(out);
  const files = pictures.map((_, i) => (i === 0 ? out : `${out.slice(0, out.length - end.length)}-${i + 1}${end}`));
  for (const [i, file] of files.entries())
    await writeFile(file, pictures[i]!).catch((cause: NodeJS.ErrnoException) => {
      throw unwritable(file, cause);
    });
  return files;
}

/** Looks, before anything is made, whether a file can be written there. Throws AppError with what to name instead. */
export async function findRoom(file: string): Promise<void> {
  const folder = dirname(resolve(file));
  if (!(await isFolder(folder)))
    throw new AppError('invalid_request', `There is no folder ${folder}. Make it, or name another file.`);
  await access(folder, constants.W_OK | constants.X_OK).catch((cause: NodeJS.ErrnoException) => {
    throw unwritable(file, cause);
  });
  if (await isFolder(file)) throw new AppError('invalid_request', `${file} is a folder. Name a file in it.`);
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const unwritable = (file: string, cause: NodeJS.ErrnoException) =>
  cause.code === 'ENOSPC'
    ? new AppError('storage_full', `No space is left for ${file}. Free some, or name a file elsewhere.`, { cause })
    : new AppError('invalid_request', `${file} cannot be written (${cause.code}). Name a file elsewhere.`, { cause });

const MOVING: Readonly<Record<string, 'webp' | 'gif'>> = { '.webp': 'webp', '.gif': 'gif' };

/** What is written to a file of this name. */
export const formatOf = (out: string): 'png' | 'webp' | 'gif' => MOVING[extname(out).toLowerCase()] ?? 'png';

/** Where it is written, if a file of that name can hold it. Throws invalid_request with what to name instead. */
export function outFor(recipe: Recipe, out?: string): string {
  const can = motionOf(recipe);
  const file = out ?? `${NAMES[recipe.kind]}.${can === 'must' ? 'webp' : 'png'}`;
  const moves = formatOf(file) !== 'png';
  if (moves && can === 'never')
    throw new AppError('invalid_request', `Only what moves can be written to ${file}: name a .png.`);
  if (can !== 'must' && OTHERS.test(file))
    throw new AppError(
      'invalid_request',
      `What is written is a PNG, so ${file} would not be what its name says: name a .png.`,
    );
  if (!moves && can === 'must') throw new AppError('invalid_request', `It moves: name a .webp or a .gif, not ${file}.`);
  return file;
}

const OTHERS = /\.(jpe?g|avif|bmp|tiff?|svg|jxl|heic)$/i;

const NAMES = {
  imagine: 'picture',
  upscale: 'larger',
  brush: 'stylized',
  adain: 'stylized',
  gatys: 'stylized',
  face: 'face',
  morph: 'morph',
} satisfies Record<Recipe['kind'], string>;

/** The frames of a walk may be one picture that moves, or many. */
function motionOf(recipe: Recipe): 'must' | 'may' | 'never' {
  switch (recipe.kind) {
    case 'morph':
      return 'must';
    case 'imagine':
      return recipe.walk ? (recipe.walk.delayMs ? 'must' : 'may') : 'never';
    case 'upscale':
    case 'brush':
    case 'adain':
      return recipe.source.frames ? 'must' : 'never';
    default:
      return 'never';
  }
}
