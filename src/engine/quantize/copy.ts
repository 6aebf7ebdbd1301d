/** A model's folder again, with one of its graphs exchanged. */
import { copyFile, link, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { refOf } from '../manifest.ts';
import { sha256Of } from '../verify.ts';
import type { Diffusion } from './runs.ts';

/** Everything but `part` and the manifest, as links where the file system has them. */
export async function copyWithout(model: Diffusion, part: string, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const file of await filesOf(model.folder)) {
    const at = relative(model.folder, file);
    if (at === 'model.json' || (dirname(at) === part && !at.endsWith('.json'))) continue;
    await mkdir(dirname(join(folder, at)), { recursive: true });
    await link(file, join(folder, at)).catch(() => copyFile(file, join(folder, at)));
  }
  await mkdir(join(folder, part), { recursive: true });
}

/** The copy as an installed model. */
export async function describeCopy(model: Diffusion, folder: string, name: string): Promise<Diffusion> {
  const files = [];
  for (const file of await filesOf(folder)) {
    const path = relative(folder, file);
    if (path !== 'model.json' && path !== model.manifest.card)
      files.push({ path, bytes: (await stat(file)).size, sha256: await sha256Of(file) });
  }
  const manifest = { ...model.manifest, name, title: `${model.manifest.title}, int8`, files };
  return { folder, manifest, ref: refOf(manifest) };
}

/** Writes the manifest, and moves the whole to where the catalogue finds it. */
export async function install({ folder, manifest }: Diffusion, target: string): Promise<void> {
  const source = manifest.source ? `Quantised from: ${manifest.source}` : 'Quantised by `atelier models quantize`';
  await writeFile(join(folder, 'model.json'), `${JSON.stringify({ ...manifest, source }, undefined, 2)}\n`);
  await rename(folder, target);
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
