/** The file that steers a network: where the middle of its faces is, and which way is what. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { Installed } from '../catalogue.ts';
import type { ManifestOf } from '../manifest.ts';

export interface Latents {
  /** [wWidth], the mean of w over many z. */
  meanW: Float32Array;
  /** Label → what is added to w for one of it, [wWidth]. */
  directions: ReadonlyMap<string, Float32Array>;
}

/** Throws model_corrupt when it does not fit its manifest. */
export async function readLatents({ folder, manifest }: Installed<ManifestOf<'gan'>>): Promise<Latents> {
  const { name, latents, wWidth, attributes } = manifest;
  const vector = z.array(z.number()).length(wWidth);
  const Latents = z.object({ meanW: vector, directions: z.array(z.object({ name: z.string(), w: vector })) });
  const parsed = Latents.safeParse(JSON.parse(await readFile(join(folder, latents), 'utf8')));
  const corrupt = (why: string) => new AppError('model_corrupt', `models/${name}/${latents} cannot be used:\n${why}`);
  if (!parsed.success) throw corrupt(z.prettifyError(parsed.error));
  const directions = new Map(parsed.data.directions.map(({ name, w }) => [name, Float32Array.from(w)]));
  const missing = attributes.filter((label) => !directions.has(label));
  if (missing.length > 0) throw corrupt(`There is no direction called ${missing.join(', ')}.`);
  return { meanW: Float32Array.from(parsed.data.meanW), directions };
}
