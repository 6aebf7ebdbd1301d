/** Is every file of a model there, and is it the file its manifest names? */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../core/errors.ts';
import type { Manifest, ModelFile } from './manifest.ts';

const seen = new Map<string, string>(); // file, size and time of change → sha256, for this process

export async function sha256Of(file: string): Promise<string> {
  const { size, mtimeMs } = await stat(file);
  const key = `${file}\n${size}\n${mtimeMs}`;
  const known = seen.get(key);
  if (known) return known;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  const digest = hash.digest('hex');
  seen.set(key, digest);
  return digest;
}

/** The first file that is missing or differs, as the error a model user gets. */
export async function findDamage(folder: string, manifest: Manifest): Promise<AppError | undefined> {
  for (const file of manifest.files) {
    const error = await check(folder, manifest.name, file);
    if (error) return error;
  }
  return undefined;
}

async function check(folder: string, model: string, { path, bytes, sha256 }: ModelFile): Promise<AppError | undefined> {
  const file = join(folder, path);
  const detail = { model, file: path };
  const size = await stat(file).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );
  if (size === undefined)
    return new AppError('model_missing', `The model ${model} lacks its file ${path}. ${remedy(folder)}`, { detail });
  if (size === bytes && (await sha256Of(file)) === sha256) return undefined;
  const how = size === bytes ? 'its contents changed' : `it has ${size} bytes instead of ${bytes}`;
  return new AppError('model_corrupt', `The file ${path} of the model ${model} is damaged: ${how}. ${remedy(folder)}`, {
    detail,
  });
}

const remedy = (folder: string) =>
  `Put the original back, with \`git restore ${folder}\` for a model that came with Atelier, then run \`npm run -s atelier -- models verify\`.`;
