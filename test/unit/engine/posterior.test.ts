import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createLogger } from '../../../src/core/log.ts';
import { openDevice } from '../../../src/engine/device.ts';
import { withoutOwnNoise } from '../../../src/engine/diffusion/posterior.ts';
import { openNetwork } from '../../../src/engine/network.ts';
import { createGraph } from '../../../src/engine/onnx/builder.ts';

const folder = mkdtempSync(join(tmpdir(), 'posterior-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** mean + deviation · noise, as the conversion script of diffusers bakes it in; the mean is twice the picture. */
function encoder(noisy: boolean): string {
  const graph = createGraph();
  const x = graph.input('sample', 'float32', ['batch', 3, 'height', 'width']);
  graph.output('latent_sample', 'float32', ['batch', 3, 'height', 'width']);
  const mean = graph.node('Add', [x, x], noisy ? 'mean' : 'latent_sample');
  if (noisy) graph.node('Add', [mean, graph.node('RandomNormalLike', [mean], 'noise', { dtype: 1 })], 'latent_sample');
  const file = join(folder, `${noisy}.onnx`);
  writeFileSync(file, graph.bytes());
  return file;
}
const data = Float32Array.from({ length: 12 }, (_, i) => i / 12);
async function encode(source: Parameters<typeof openNetwork>[1]): Promise<number[]> {
  const network = await openNetwork(await openDevice({ log: createLogger('silent') }, 'cpu', 1), source);
  const results = await network.run({ sample: { data, dims: [1, 3, 2, 2] } }, { runMs: 0 });
  await network.release();
  return [...results.latent_sample!];
}

it('an encoder with noise of its own gives its mean instead', async () => {
  const file = encoder(true);
  const mean = [...data.map((v) => 2 * v)];
  expect(await encode(file)).not.toEqual(mean);
  expect(await encode(await withoutOwnNoise(file))).toEqual(mean);
});

it('an encoder without is run from its file', async () => {
  const file = encoder(false);
  expect(await withoutOwnNoise(file)).toBe(file);
});
