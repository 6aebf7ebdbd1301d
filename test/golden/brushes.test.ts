/** Every shipped brush on a drawn picture. After new weights: `UPDATE_GOLDEN=1 npx vitest run --project integration test/golden/brushes`, and look at the pictures. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { createLogger } from '../../src/core/log.ts';
import type { RecipeOf } from '../../src/core/recipe.ts';
import { openCatalogue } from '../../src/engine/catalogue.ts';
import { openDevice } from '../../src/engine/device.ts';
import { createLocalEngine } from '../../src/engine/engine.ts';
import { brushesOf, type InstalledBrush } from '../../src/engine/style/brushes.ts';
import { aPicture } from '../unit/engine/style/some-models.ts';

const log = createLogger('silent');
const catalogue = await openCatalogue({ MODELS_DIR: process.env.MODELS_DIR ?? './models' });
const engine = createLocalEngine({ catalogue, device: await openDevice({ log }, 'cpu', 2), log });
afterAll(() => engine.close());

/** Sides that no network takes as they are. */
const content = aPicture(70, 54);
const raw = { width: content.width, height: content.height, channels: 3 } as const;
const bytes = await sharp(content.data, { raw }).png().toBuffer();
const sha256 = createHash('sha256').update(bytes).digest('hex');

async function painted({ model, direction }: InstalledBrush) {
  const recipe: RecipeOf<'brush'> = {
    ...{ v: 1, kind: 'brush', model: model.ref, strength: 1, keepColours: 'no', seed: 0 },
    ...(direction && { direction }),
    source: { key: sha256, sha256, width: content.width, height: content.height },
  };
  const signal = new AbortController().signal;
  const { images } = await engine.generate(recipe, { log, signal, onProgress: () => {}, load: async () => bytes });
  return images[0]!.picture;
}

it('brushes are shipped', () => void expect(brushesOf(catalogue).length).toBeGreaterThanOrEqual(4));

it.each(brushesOf(catalogue).map((brush) => [brush.name, brush] as const))(
  '%s paints as recorded',
  async (name, brush) => {
    const file = fileURLToPath(new URL(`./brush-${name}.png`, import.meta.url));
    const picture = await painted(brush);
    if (process.env.UPDATE_GOLDEN) await sharp(picture.data, { raw }).png({ compressionLevel: 9 }).toFile(file);
    expect(existsSync(file), 'a new brush: see the head of this file').toBe(true);
    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    expect([picture.width, picture.height]).toEqual([info.width, info.height]);
    const difference = picture.data.reduce((sum, v, i) => sum + Math.abs(v - data[i]!), 0) / data.length;
    // Grey levels on average: 1 thread or 2 change nothing; one brush is 45 and more away from another.
    expect(difference).toBeLessThan(0.05);
  },
);
