/** LoRAs find their layers in every layout of exports: weights inside and beside the graph, floats and halves. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../../../src/core/log.ts';
import { modify, NO_ADDITIONS } from '../../../../src/engine/adapters/additions.ts';
import { findLayers } from '../../../../src/engine/adapters/layers.ts';
import { type Device, openDevice } from '../../../../src/engine/device.ts';
import { findGraph } from '../../../../src/engine/diffusion/layout.ts';
import { openNetwork } from '../../../../src/engine/network.ts';
import { openGraph } from '../../../../src/engine/onnx/edit.ts';
import { LAYOUTS, type LayoutName, writeTinyModel } from '../../../models/folders.ts';
import { aSafetensors, type Entries, numbers } from './adapter-files.ts';

let device: Device;
beforeAll(async () => {
  device = await openDevice({ log: createLogger('silent') }, 'cpu', 1);
});

const UNETS = (Object.keys(LAYOUTS) as LayoutName[]).filter((name) => 'unet' in LAYOUTS[name].predictor);

it.each(UNETS)('%s', async (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-test-'));
  writeTinyModel(folder, name);
  const file = (await findGraph(folder, 'unet', name))!;
  const graph = readFileSync(file);
  const layers = [...findLayers(await openGraph(file)).values()].filter(({ path }) =>
    /attn[12]\.to_q$|resnets\.0\.conv1$/.test(path),
  );
  expect(layers.length).toBeGreaterThan(3);
  const entries: Record<string, Entries[string]> = {};
  for (const [i, { path, shape }] of layers.entries()) {
    const [out, ...inner] = shape;
    const base = `lora_unet_${path.replaceAll('.', '_')}`;
    entries[`${base}.lora_down.weight`] = numbers(2 * i, 2, ...inner);
    entries[`${base}.lora_up.weight`] = numbers(2 * i + 1, out!, 2, ...inner.slice(1).map(() => 1));
  }
  const lora = { name: 'a', file: aSafetensors(entries), weight: 1 };
  const { source } = await modify(file, 'unet', { ...NO_ADDITIONS, adapters: [lora] });
  expect(source).not.toBe(file);
  const network = await openNetwork(device, source); // and the runtime takes it
  expect(network.inputs.map(({ name }) => name)).toContain('sample');
  await network.release();
  expect(readFileSync(file).equals(graph)).toBe(true);
});
