import { expect, it } from 'vitest';
import { createCatalogue, type Installed } from '../../../../src/engine/catalogue.ts';
import { parseManifest, refOf } from '../../../../src/engine/manifest.ts';
import { createNeeds } from '../../../../src/engine/needs.ts';
import { filterPeak } from '../../../../src/engine/style/peak.ts';
import { aBrushRecipe } from '../../../fixtures.ts';

const brush = (over: object = {}): Installed => {
  const manifest = parseManifest({
    ...{ name: 'brush-ink', title: 'Ink', version: '1', licence: 'MIT', kind: 'style-transfer' },
    files: [{ path: 'model.onnx', bytes: 1e6, sha256: 'a'.repeat(64) }],
    ...over,
  });
  return { folder: '/nowhere', manifest, ref: refOf(manifest) };
};
const [whole, tiled] = [brush(), brush({ tile: { size: 256, overlap: 32 } })];
const large = { key: 'k', sha256: 'b'.repeat(64), width: 1024, height: 1024 };
const recipe = (over: object = {}) => aBrushRecipe({ model: whole.ref, source: large, ...over });
const MB = 2 ** 20;

it('a picture painted as a whole takes what was measured, by its pixels', () => {
  const at = (over: object) => filterPeak(createCatalogue([whole]), recipe(over)) / MB;
  expect(at({})).toBeCloseTo(720, 0);
  expect(at({ width: 512, height: 512 })).toBeCloseTo(180, 0);
});

it('in tiles it takes no more than a tile', () => {
  expect(filterPeak(createCatalogue([tiled]), recipe())).toBeCloseTo(45 * MB, -5);
});

it('two large ones wait for each other in a small memory, and each fits alone', async () => {
  const needOf = (budget: number) => createNeeds({ catalogue: createCatalogue([whole]), threads: 2, budget })(recipe());
  expect((await needOf(4096 * MB)).peak / MB).toBeCloseTo(720, 0);
  const small = await needOf(512 * MB);
  expect(small.peak).toBeLessThanOrEqual(512 * MB);
  expect(small.peak).toBeGreaterThan(256 * MB);
});
