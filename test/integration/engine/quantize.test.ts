/** An int8 copy of a whole model: installed when its pictures are close, and otherwise not a trace of it. */
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openCatalogue } from '../../../src/engine/catalogue.ts';
import { openDevice } from '../../../src/engine/device.ts';
import { quantizeModel } from '../../../src/engine/quantize/quantize.ts';
import { writeTinyModel } from '../../models/folders.ts';
import { log } from './an-engine.ts';

const root = mkdtempSync(join(tmpdir(), 'atelier-test-'));
writeTinyModel(join(root, 'tiny'), 'sd15-legacy');

async function quantize(out: string, least: number) {
  const catalogue = await openCatalogue({ MODELS_DIR: root });
  const device = await openDevice({ log }, 'cpu', 1);
  const options = {
    model: 'tiny',
    out,
    modelsDir: root,
    least,
    steps: 2,
    size: { width: 64, height: 64 },
    onStage: () => {},
  };
  return quantizeModel({ catalogue, device, log }, options);
}

it('is a model of its own, smaller, with its likeness told', async () => {
  const report = await quantize('tiny-int8', 10);
  expect(report.int8).toBe(report.candidates);
  expect(report.bytes.after).toBeLessThan(report.bytes.before);
  expect(Math.min(...report.psnr)).toBeGreaterThanOrEqual(10);
  expect(report.speed.run).toBeGreaterThan(0);
  const catalogue = await openCatalogue({ MODELS_DIR: root });
  expect(catalogue.problems).toEqual([]);
  expect(catalogue.diffusionModels().map(({ name }) => name)).toEqual(['tiny', 'tiny-int8']);
  await expect(quantize('tiny-int8', 10)).rejects.toThrow(/already something/);
});

it('below the bound is refused with what was reached, and leaves nothing', async () => {
  await expect(quantize('never', 200)).rejects.toThrow(/good enough: the best has a picture at [\d.]+ dB, and 200 dB/);
  expect(readdirSync(root).sort()).toEqual(['tiny', 'tiny-int8']);
});
