/** A recorded picture beside the recipe it was drawn from. With UPDATE_GOLDEN both are written anew: look at the picture. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect } from 'vitest';
import { createLogger } from '../../src/core/log.ts';
import type { Picture } from '../../src/core/picture.ts';
import { Recipe } from '../../src/core/recipe.ts';
import { Request, type RequestInput } from '../../src/core/request.ts';
import { openCatalogue } from '../../src/engine/catalogue.ts';
import { openDevice } from '../../src/engine/device.ts';
import { createLocalEngine } from '../../src/engine/engine.ts';
import { createPlanner } from '../../src/engine/plan.ts';

export type Easel = Awaited<ReturnType<typeof openEasel>>;

/** The shipped models on two threads, ready to plan and to draw. */
export async function openEasel() {
  const log = createLogger('silent');
  const catalogue = await openCatalogue({ MODELS_DIR: process.env.MODELS_DIR ?? './models' });
  const plan = createPlanner({ catalogue, config: { DEFAULT_MODEL: 'sticker-diffusion' } });
  const engine = createLocalEngine({ catalogue, device: await openDevice({ log }, 'cpu', 2), log });
  return {
    plan: (request: RequestInput): Recipe => plan(Request.parse(request)).recipe,
    async draw(recipe: Recipe): Promise<Picture> {
      const { signal } = new AbortController();
      const context = { log, signal, onProgress: () => {}, load: async () => new Uint8Array() };
      return (await engine.generate(recipe, context)).images[0]!.picture;
    },
    close: engine.close,
  };
}

/** Mean difference from the recorded picture, grey levels; that the recipe is still the recorded one is expected here. */
export async function driftOf({ draw }: Easel, name: string, asked: Recipe): Promise<number> {
  const file = (end: string) => fileURLToPath(new URL(`./${name}.${end}`, import.meta.url));
  if (process.env.UPDATE_GOLDEN) {
    const { width, height, data } = await draw(asked);
    const png = sharp(data, { raw: { width, height, channels: 3 } }).png({ compressionLevel: 9 });
    await png.toFile(file('png'));
    await writeFile(file('json'), `${JSON.stringify(asked, null, 2)}\n`);
  }
  const recipe = Recipe.parse(JSON.parse(await readFile(file('json'), 'utf8')));
  expect(recipe, 'the model changed: see the head of this test').toEqual(asked);
  const { data, info } = await sharp(file('png')).raw().toBuffer({ resolveWithObject: true });
  const drawn = await draw(recipe);
  expect([drawn.width, drawn.height]).toEqual([info.width, info.height]);
  return drawn.data.reduce((sum, v, i) => sum + Math.abs(v - data[i]!), 0) / data.length;
}
