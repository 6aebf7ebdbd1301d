import { createLogger } from '../../../src/core/log.ts';
import type { GenerateContext, GenerateResult } from '../../../src/core/picture.ts';
import type { RecipeOf } from '../../../src/core/recipe.ts';
import { Request } from '../../../src/core/request.ts';
import { openCatalogue } from '../../../src/engine/catalogue.ts';
import { createEngine } from '../../../src/engine/client.ts';
import { pixelSha256 } from '../../../src/engine/pixels.ts';
import { createPlanner } from '../../../src/engine/plan.ts';

export const MODELS_DIR = process.env.MODELS_DIR ?? './models';
export const DEFAULT_MODEL = 'sticker-diffusion';
export const log = createLogger('silent');

/** A running engine; override only what the test is about. */
export const anEngine = (over: Partial<Parameters<typeof createEngine>[0]['config']> = {}, checkpointMs = 100) =>
  createEngine({
    checkpointMs,
    config: {
      ...{ MODELS_DIR, DEFAULT_MODEL, ENGINE_DEVICES: 'cpu', ENGINE_THREADS: undefined, ENGINE_HANG_SECONDS: 120 },
      ...over,
    },
    log,
  });

/** A quick picture of the built-in model, without enlargement. */
export async function aRecipe(over: Partial<RecipeOf<'imagine'>> = {}): Promise<RecipeOf<'imagine'>> {
  const plan = createPlanner({ catalogue: await openCatalogue({ MODELS_DIR }), config: { DEFAULT_MODEL } });
  const request = Request.parse({ kind: 'imagine', prompt: 'two red apples on a blue background', seed: 7, steps: 2 });
  const { recipe } = plan(request);
  if (recipe.kind !== 'imagine') throw new TypeError(recipe.kind);
  const { display: _, ...small } = recipe;
  return { ...small, ...over };
}

export const aContext = (over: Partial<GenerateContext> = {}): GenerateContext => ({
  ...{ log, signal: new AbortController().signal, onProgress: () => {} },
  load: async () => Promise.reject(new Error('no source here')),
  ...over,
});

export const hashes = ({ images }: Pick<GenerateResult, 'images'>) => images.map(({ picture }) => pixelSha256(picture));

export const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
