/** What a job needs in memory, and what would need less. */
import { join } from 'node:path';
import { AppError } from '../core/errors.ts';
import { ModelRef, type Recipe, type RecipeOf } from '../core/recipe.ts';
import type { Catalogue } from './catalogue.ts';
import { rowLimits, rowsAtLeast } from './diffusion/batcher.ts';
import { PredictorConfig, readConfig } from './diffusion/layout.ts';
import { decoderPeak, rowPeak } from './diffusion/peak.ts';
import { MOST_CELLS, VaeConfig } from './diffusion/vae.ts';
import { gigabytes } from './memory.ts';
import { filterPeak } from './style/peak.ts';

export interface Need {
  /** sha256 of each model → bytes it takes in memory. */
  models: ReadonlyMap<string, number>;
  /** Bytes of the largest call beside them. */
  peak: number;
}

interface Size {
  width: number;
  height: number;
}

/** Weights in memory ÷ weights in files: 3.8 GiB for a U-Net of 3.44 GB, working memory of small calls included. */
const LOADED = 1.1;
/** Tiles and single passes of the small networks. */
const SMALL_CALL = 256 * 2 ** 20;

/** Every model a recipe names, each once: wherever in it one stands. */
export function modelRefsOf(recipe: Recipe): ModelRef[] {
  const found = new Map<string, ModelRef>();
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    const ref = ModelRef.safeParse(value);
    if (ref.success) found.set(ref.data.sha256, ref.data);
    else for (const inner of Object.values(value)) visit(inner);
  };
  visit(recipe);
  return [...found.values()];
}

export const modelsOf = (recipe: Recipe): string[] => modelRefsOf(recipe).map(({ name }) => name);

/** Throws invalid_request, naming the size that would fit, for what can never fit. */
export type NeedOf = (recipe: Recipe) => Promise<Need>;

interface Deps {
  catalogue: Catalogue;
  threads: number;
  /** Bytes for models and their calls. */
  budget: number;
}

export function createNeeds({ catalogue, threads, budget }: Deps): NeedOf {
  const known = new Map<string, ReturnType<typeof peaksOf>>();
  const peaks = (ref: ModelRef) => {
    const peaks = known.get(ref.sha256) ?? peaksOf(catalogue, ref, threads);
    known.set(ref.sha256, peaks);
    peaks.catch(() => known.delete(ref.sha256)); // mended files are looked at again
    return peaks;
  };
  return async (recipe) => {
    const models = new Map<string, number>();
    for (const { sha256 } of modelRefsOf(recipe)) {
      const found = catalogue.models.find(({ ref }) => ref.sha256 === sha256);
      models.set(sha256, (found?.manifest.files.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0) * LOADED);
    }
    const weights = [...models.values()].reduce((sum, bytes) => sum + bytes, 0);
    if (recipe.kind !== 'imagine') {
      // A filter that takes more than all there is may run alone: nobody waits for what never comes.
      const asked = recipe.kind === 'upscale' ? canvasBytes(recipe) : filterPeak(catalogue, recipe);
      const call = Math.max(SMALL_CALL, Math.min(asked, budget - weights));
      if (weights + call <= budget) return { models, peak: call };
      throw tooLarge(`This needs about ${gigabytes(weights + SMALL_CALL)} GB of memory for its models`, budget);
    }
    const peakAt = await peaks(recipe.model);
    const size = recipe.hires ?? recipe;
    const peak = Math.max(peakAt(recipe), peakAt(size));
    if (weights + peak <= budget) return { models, peak };
    const needs = `needs about ${gigabytes(weights + peak)} GB of memory`;
    const { limits } = catalogue.get('diffusion', recipe.model).manifest;
    const smaller = largestBelow(size, limits, (size) => weights + peakAt(size) <= budget);
    throw tooLarge(`A picture of ${size.width}×${size.height} by ${recipe.model.name} ${needs}`, budget, smaller);
  };
}

/** What tiles are joined on, as floats with their weights, and the picture that is made of it. */
const canvasBytes = ({ source, factor }: RecipeOf<'upscale'>): number =>
  20 * source.width * source.height * factor ** 2;

/** Of the denoising network and the decoder, at a size in pixels. */
async function peaksOf(catalogue: Catalogue, model: ModelRef, threads: number): Promise<(size: Size) => number> {
  const { folder, ref } = catalogue.get('diffusion', model);
  const read = async (part: string) => readConfig(folder, join(part, 'config.json'), PredictorConfig, ref.name);
  const config = (await read('unet')) ?? (await read('transformer')) ?? {};
  const vae = (await readConfig(folder, 'vae_decoder/config.json', VaeConfig, ref.name)) ?? VaeConfig.parse({});
  const factor = 2 ** (vae.block_out_channels.length - 1);
  return ({ width, height }) => {
    const cells = { width: width / factor, height: height / factor };
    const rows = rowsAtLeast(rowLimits(threads), cells);
    const pixels = Math.min(cells.width * cells.height, MOST_CELLS) * factor ** 2;
    return Math.max(rows * rowPeak(config, cells), decoderPeak(vae.block_out_channels[0]!, pixels));
  };
}

/** The largest size of about this shape that fits, in steps the model makes. */
function largestBelow(
  { width, height }: Size,
  { minSide, multipleOf }: { minSide: number; multipleOf: number },
  fits: (size: Size) => boolean,
): Size | undefined {
  const long = Math.max(width, height);
  for (let side = long - multipleOf; side >= minSide; side -= multipleOf) {
    const at = (own: number) => Math.max(minSide, Math.round((own * side) / long / multipleOf) * multipleOf);
    const size = { width: at(width), height: at(height) };
    if (fits(size)) return size;
  }
  return undefined;
}

function tooLarge(what: string, budget: number, smaller?: Size): AppError {
  const remedy = smaller ? `${smaller.width}×${smaller.height} would fit.` : 'Ask for another model.';
  return new AppError('invalid_request', `${what}; the engine here has ${gigabytes(budget)}. ${remedy}`, {
    detail: { budget: Math.round(budget) },
  });
}
