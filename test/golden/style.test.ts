/** What the shipped style models make of a drawn picture. After new weights: `UPDATE_GOLDEN=1 npx vitest run --project integration test/golden/style`, and look at the pictures. */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/core/log.ts';
import type { Picture } from '../../src/core/picture.ts';
import type { RecipeOf } from '../../src/core/recipe.ts';
import { type Catalogue, openCatalogue } from '../../src/engine/catalogue.ts';
import { openDevice } from '../../src/engine/device.ts';
import { createLocalEngine, type Engine } from '../../src/engine/engine.ts';
import { aScene, BLUE, stripes } from '../drawings.ts';

const log = createLogger('silent');
let catalogue: Catalogue;
let engine: Engine;
beforeAll(async () => {
  catalogue = await openCatalogue({ MODELS_DIR: process.env.MODELS_DIR ?? './models' });
  engine = createLocalEngine({ catalogue, device: await openDevice({ log }, 'cpu', 2), log });
});
afterAll(() => engine.close());

const toPng = ({ width, height, data }: Picture) =>
  sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();

async function painted(kind: 'adain' | 'gatys'): Promise<Picture> {
  const files = new Map<string, Buffer>();
  const stored = async (picture: Picture) => {
    const bytes = await toPng(picture);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    files.set(sha256, bytes);
    return { key: sha256, sha256, width: picture.width, height: picture.height };
  };
  const recipe = {
    ...{ v: 1, kind, model: catalogue.of(kind === 'gatys' ? 'features' : 'adain')[0]!.ref, seed: 0, strength: 1 },
    ...{ source: await stored(aScene(64)), keepColours: 'no' },
    styles: [{ picture: await stored(stripes(64, BLUE)), weight: 1 }],
    ...(kind === 'gatys' && { width: 64, height: 64, iterations: [8, 8], smoothness: 3 }),
  } as RecipeOf<'adain' | 'gatys'>;
  const signal = new AbortController().signal;
  const load = async (key: string) => files.get(key)!;
  return (await engine.generate(recipe, { log, signal, onProgress: () => {}, load })).images[0]!.picture;
}

/**
 * Grey levels on average. Kernels of 1 to 8 threads differ by 0.0002 at most. A search amplifies what rounding does: a
 * strength changed by 10⁻⁶ moves it by up to 0.07, one iteration less by 10; strength 0.95 moves AdaIN by 3.
 */
const TOLERANCE = { adain: 0.1, gatys: 4 };

it.each(['adain', 'gatys'] as const)('%s paints the recorded picture', async (kind) => {
  const file = fileURLToPath(new URL(`./striped-disc-${kind}.png`, import.meta.url));
  const picture = await painted(kind);
  if (process.env.UPDATE_GOLDEN) await sharp(await toPng(picture)).toFile(file);
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  expect([picture.width, picture.height]).toEqual([info.width, info.height]);
  const difference = picture.data.reduce((sum, v, i) => sum + Math.abs(v - data[i]!), 0) / data.length;
  expect(difference).toBeLessThan(TOLERANCE[kind]);
});
