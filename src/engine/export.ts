/** A Stable Diffusion export without our manifest: what its own configuration says is enough to run it. */
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import { habitsOf, readFacts } from './diffusion/family.ts';
import { exists, findGraph, needConfig, readConfig } from './diffusion/layout.ts';
import { SchedulerConfig } from './diffusion/scheduler-config.ts';
import { samplerOf } from './diffusion/settings.ts';
import type { Manifest, ManifestOf } from './manifest.ts';
import { sha256Of } from './verify.ts';

const Vae = z.object({ block_out_channels: z.array(z.number()).min(1).default([128, 256, 512, 512]) });

/** Undefined unless the folder has diffusers' layout. Its hashes are taken as they are: there is nothing to compare with. */
export async function describeExport(folder: string, name: string): Promise<ManifestOf<'diffusion'> | undefined> {
  if (!(await exists(folder, 'model_index.json'))) return undefined;
  const facts = await readFacts(folder, name);
  const part = facts.isTransformer ? 'transformer' : 'unet';
  if (!(await findGraph(folder, part, name)))
    throw new AppError('model_missing', `The model ${name} has neither unet/model.onnx nor transformer/model.onnx.`);
  const read = (path: string) => readConfig(folder, path, Vae, name);
  const vae = (await read('vae_decoder/config.json')) ?? (await read('vae/config.json')) ?? Vae.parse({});
  const factor = 2 ** (vae.block_out_channels.length - 1);
  const scheduler = await needConfig(folder, 'scheduler/scheduler_config.json', SchedulerConfig, name);
  const { latentSide, steps, guidance, sampler } = habitsOf(facts);
  const sizes = [facts.predictor.sample_size ?? latentSide].flat();
  const [height, width] = [sizes[0]! * factor, sizes.at(-1)! * factor];
  const side = Math.max(height, width);
  const levels = facts.isTransformer ? 2 : 2 ** ((facts.predictor.block_out_channels?.length ?? 4) - 1);
  return {
    kind: 'diffusion',
    name: slug(name),
    title: name,
    version: 'local',
    licence: 'see the model',
    source: folder,
    files: await listFiles(folder),
    defaults: { width, height, steps, guidance, sampler: sampler ?? samplerOf(scheduler) },
    limits: { minSide: Math.max(64, side / 2), maxSide: side * 2, multipleOf: Math.max(8, factor * levels) },
  };
}

/** A name that people may type. */
export const slug = (name: string): string => name.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');

export async function listFiles(folder: string): Promise<Manifest['files']> {
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
