/** A Stable Diffusion export without our manifest: what its own configuration says is enough to run it. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import type { Manifest, ManifestOf } from './manifest.ts';
import { sha256Of } from './verify.ts';

const Unet = z.object({ sample_size: z.number().int().default(64) });
const Vae = z.object({ block_out_channels: z.array(z.number()).default([0, 0, 0, 0]) });

/** Undefined unless the folder has diffusers' layout. Its hashes are taken as they are: there is nothing to compare with. */
export async function describeExport(folder: string, name: string): Promise<ManifestOf<'diffusion'> | undefined> {
  const json = async (path: string): Promise<unknown> => {
    const text = await readFile(join(folder, path), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : JSON.parse(text);
  };
  if ((await json('model_index.json')) === undefined) return undefined;
  const [unet, vae] = await Promise.all([json('unet/config.json'), json('vae_decoder/config.json')]);
  if (!unet || !vae)
    throw new AppError('model_missing', `The model ${name} lacks unet/config.json or vae_decoder/config.json.`);
  const factor = 2 ** (Vae.parse(vae).block_out_channels.length - 1);
  const side = Unet.parse(unet).sample_size * factor;
  return {
    kind: 'diffusion',
    name: name.toLowerCase().replace(/[^a-z0-9._-]+/g, '-'),
    title: name,
    version: 'local',
    licence: 'see the model',
    source: folder,
    files: await listFiles(folder),
    defaults: { width: side, height: side, steps: 20, guidance: 7.5, sampler: 'dpmpp_2m_karras' },
    limits: { minSide: Math.max(64, side / 2), maxSide: side * 2, multipleOf: factor * 8 },
  };
}

async function listFiles(folder: string): Promise<Manifest['files']> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const files: Manifest['files'] = [];
  for (const file of paths)
    files.push({ path: relative(folder, file), bytes: (await stat(file)).size, sha256: await sha256Of(file) });
  return files;
}
