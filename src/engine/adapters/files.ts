/** LoRAs and textual inversions as people keep them: single files in models/loras and models/embeddings. */
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { type AppError, toAppError } from '../../core/errors.ts';
import type { ModelRef } from '../../core/recipe.ts';
import type { ManifestOf } from '../manifest.ts';
import { sha256Of } from '../verify.ts';
import { openSafetensors, refusePickle } from './safetensors.ts';

type Kind = 'lora' | 'embedding';

interface Found {
  adapters: { folder: string; manifest: ManifestOf<Kind>; ref: ModelRef }[];
  /** Files that cannot be used, and why. */
  problems: { name: string; error: AppError }[];
}

/** The folders that hold files instead of a model. */
export const ADAPTER_FOLDERS: Readonly<Record<string, Kind>> = { loras: 'lora', embeddings: 'embedding' };

/** Every .safetensors file with a sound header; the others as problems, pickles among them. */
export async function findAdapterFiles(root: string): Promise<Found> {
  const { adapters, problems }: Found = { adapters: [], problems: [] };
  for (const [folder, kind] of Object.entries(ADAPTER_FOLDERS)) {
    const files = await readdir(join(root, folder)).catch(() => []);
    for (const file of files.sort()) {
      const name = nameOf(file);
      try {
        refusePickle(file);
        if (extname(file) === '.safetensors') adapters.push(await describe(join(root, folder), file, kind));
      } catch (caught) {
        problems.push({ name, error: toAppError(caught) });
      }
    }
  }
  return { adapters, problems };
}

/** What it is called: the file's name in lower case without its ending, with dashes for what names have not. */
export const nameOf = (file: string): string =>
  file
    .trim()
    .toLowerCase()
    .replace(/\.(safetensors|ckpt|pt|pth|bin|pkl)$/, '')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64);

async function describe(folder: string, file: string, kind: Kind): Promise<Found['adapters'][number]> {
  const path = join(folder, file);
  const { metadata, close } = await openSafetensors(path);
  await close();
  const [{ size }, sha256] = [await stat(path), await sha256Of(path)];
  const name = nameOf(file);
  const title = metadata.ss_output_name || metadata['modelspec.title'] || file.replace(/\.safetensors$/i, '');
  return {
    folder,
    manifest: {
      ...{
        kind,
        name,
        title: title.slice(0, 100),
        version: 'local',
        licence: metadata['modelspec.license'] ?? 'see its author',
      },
      ...{ source: path, files: [{ path: file, bytes: size, sha256 }] },
    },
    ref: { name, version: 'local', sha256 },
  };
}
