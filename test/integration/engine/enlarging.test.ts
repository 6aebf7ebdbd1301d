/** The shipped enlarger: its tiles do not show. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openCatalogue } from '../../../src/engine/catalogue.ts';
import { openDevice } from '../../../src/engine/device.ts';
import { openPixelNetwork } from '../../../src/engine/pixel-network.ts';
import { createUpscaler } from '../../../src/engine/upscale/enlarge.ts';
import { aPicture, apart } from '../../unit/engine/style/some-models.ts';
import { log, MODELS_DIR } from './an-engine.ts';

it('in tiles a picture is within a grey level of what it is as a whole', async () => {
  const [model] = (await openCatalogue({ MODELS_DIR })).of('upscale');
  const { folder, manifest } = model!;
  const { file, range } = manifest.graph;
  const ends = { takes: { range }, gives: { range } };
  const network = await openPixelNetwork(await openDevice({ log }, 'cpu', 2), join(folder, file), ends);
  const picture = aPicture(180, 96);
  const context = { signal: new AbortController().signal, clock: { runMs: 0 } };
  const enlarged = async (size: number) => {
    let tiles = 0;
    const upscaler = createUpscaler(network, { ...manifest, tile: { ...manifest.tile, size } });
    const larger = await upscaler.enlarge(picture, { ...context, onTile: () => void tiles++ });
    return { larger, tiles };
  };
  const [tiled, whole] = [await enlarged(128), await enlarged(180)];
  await network.release();
  expect([tiled.tiles, whole.tiles]).toEqual([2, 1]);
  expect(apart(tiled.larger, whole.larger)).toBeLessThanOrEqual(1);
});
