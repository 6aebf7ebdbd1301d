/** Real runs of a model: what its network is fed with, what comes out, and what it costs. */
import type { Logger } from '../../core/log.ts';
import type { Picture } from '../../core/picture.ts';
import type { RecipeOf } from '../../core/recipe.ts';
import { createCatalogue, type Installed } from '../catalogue.ts';
import type { Device } from '../device.ts';
import { createLocalEngine } from '../engine.ts';
import type { ManifestOf } from '../manifest.ts';
import type { Feeds } from './calibrate.ts';

export type Diffusion = Installed<ManifestOf<'diffusion'>>;
export type Imagine = RecipeOf<'imagine'>;

export interface Run {
  picture: Picture;
  /** Spent in session.run, milliseconds. */
  runMs: number;
  /** Of all threads, milliseconds. */
  cpuMs: number;
}

interface Deps {
  device: Device;
  log: Logger;
}

/** The first picture of every recipe, made by this model. */
export async function runAll(
  { device, log }: Deps,
  model: Diffusion,
  recipes: readonly Imagine[],
  onRun: () => void,
): Promise<Run[]> {
  const engine = createLocalEngine({ catalogue: createCatalogue([model]), device, log });
  const context = {
    log,
    signal: new AbortController().signal,
    onProgress: () => {},
    load: () => Promise.reject(new Error()),
  };
  try {
    const runs: Run[] = [];
    for (const recipe of recipes) {
      if (runs.length === 0) await engine.generate({ ...recipe, model: model.ref, steps: 1 }, context); // opens it
      const before = process.cpuUsage();
      const { images, timings } = await engine.generate({ ...recipe, model: model.ref }, context);
      const { user, system } = process.cpuUsage(before);
      runs.push({ picture: images[0]!.picture, runMs: timings.runMs, cpuMs: (user + system) / 1000 });
      onRun();
    }
    return runs;
  } finally {
    await engine.close();
  }
}

/** What a graph is fed with in these runs, evenly picked. */
export async function recordFeeds(
  { device, log }: Deps,
  model: Diffusion,
  file: string,
  recipes: readonly Imagine[],
  most: number,
): Promise<Feeds[]> {
  const feeds: Feeds[] = [];
  const listen: Device['listen'] = (of, feed) => {
    if (of === file) feeds.push(feed);
  };
  await runAll({ device: { ...device, listen }, log }, model, recipes, () => {});
  const every = Math.max(1, feeds.length / most);
  return Array.from({ length: Math.min(most, feeds.length) }, (_, i) => feeds[Math.floor(i * every)]!);
}

/** Peak signal-to-noise ratio of two pictures, dB; infinite when they are equal. */
export function psnr(a: Picture, b: Picture): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i]! - b.data[i]!) ** 2;
  return 10 * Math.log10((255 ** 2 * a.data.length) / sum);
}
