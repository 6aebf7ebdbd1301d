/** A picture, or every frame of one that moves, through a brush: one pass of its network. */
import { join } from 'node:path';
import type { RecipeOf } from '../../core/recipe.ts';
import type { Device } from '../device.ts';
import { filmed, loadFilm, perFrame } from '../film.ts';
import type { ManifestOf } from '../manifest.ts';
import { loadCutout } from '../picture-input.ts';
import type { Job, Pipeline } from '../pipeline.ts';
import { openPixelNetwork } from '../pixel-network.ts';
import { resample } from '../upscale/resample.ts';
import { blend } from './blend.ts';
import { createImagePass, type ImagePass } from './image-pass.ts';
import { keepColours } from './keep-colours.ts';
import { maskPlane } from './region.ts';

export const brush: Pipeline<'brush'> = async (recipe, job) => {
  const { strength, keepColours: how, width, height, seed } = recipe;
  const source = await loadFilm(job.load, recipe.source);
  const film = width && height ? await perFrame(source, (frame) => resample(frame, width, height)) : source;
  if (strength === 0) return [filmed(film, seed)];
  const pass = await openPass(job, recipe);
  const mask = recipe.mask && (await maskPlane(await loadCutout(job.load, recipe.mask), film.frames[0]!));
  const total = film.frames.length;
  const painted = await perFrame(film, async (content, i) => {
    const stylized = await pass(content, { signal: job.signal, clock: job.clock, onTile: job.onBeat });
    job.onProgress({ step: i + 1, total });
    return blend(content, keepColours(content, stylized, how), { strength, mask });
  });
  return [filmed(painted, seed)];
};

/** The graph of a brush, or of one direction of a translation. */
export async function openPass({ open, catalogue }: Job, { model, direction }: RecipeOf<'brush'>): Promise<ImagePass> {
  const opened = direction
    ? await open(
        catalogue.get('translate', model),
        (device, { folder, manifest }) =>
          openGraph(device, join(folder, manifest.graphs[direction] ?? manifest.graphs.forward), manifest),
        direction,
      )
    : await open(catalogue.get('style-transfer', model), (device, { folder, manifest }) =>
        openGraph(device, join(folder, manifest.graph.file), manifest),
      );
  return opened.pass;
}

async function openGraph(device: Device, file: string, manifest: ManifestOf<'style-transfer' | 'translate'>) {
  const { graph, outputRange = graph.range, layout } = manifest;
  const ends = { takes: { name: graph.input, range: graph.range }, gives: { name: graph.output, range: outputRange } };
  const network = await openPixelNetwork(device, file, { ...ends, layout });
  return { pass: createImagePass(network, manifest), release: network.release };
}
