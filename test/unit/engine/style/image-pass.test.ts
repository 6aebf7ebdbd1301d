import { beforeAll, expect, it } from 'vitest';
import type { Picture } from '../../../../src/core/picture.ts';
import { type Device, openDevice } from '../../../../src/engine/device.ts';
import { type ManifestOf, parseManifest } from '../../../../src/engine/manifest.ts';
import { openPixelNetwork, type PixelNetwork } from '../../../../src/engine/pixel-network.ts';
import { createImagePass } from '../../../../src/engine/style/image-pass.ts';
import { affine, aPicture, apart, blurry, install, log } from './some-models.ts';

let device: Device;
beforeAll(async () => {
  device = await openDevice({ log }, 'cpu', 1);
});

/** A network's answer to a picture, and how often it was run. */
async function through(graph: Uint8Array, manifest: object, picture: Picture) {
  const folder = install({ m: { manifest: {}, files: { 'model.onnx': graph } } });
  const file = { path: 'model.onnx', bytes: 1, sha256: 'a'.repeat(64) };
  const named = { name: 'm', title: 'M', version: '1', licence: 'MIT', files: [file] };
  const parsed = parseManifest({ ...named, kind: 'style-transfer', ...manifest });
  const { graph: about, outputRange = about.range, layout, ...rest } = parsed as ManifestOf<'style-transfer'>;
  const network = await openPixelNetwork(device, `${folder}/m/model.onnx`, {
    ...{ takes: { range: about.range }, gives: { range: outputRange }, layout },
  });
  let runs = 0;
  const context = { signal: new AbortController().signal, clock: { runMs: 0 }, onTile: () => void runs++ };
  const made = await createImagePass(network, rest)(picture, context);
  await network.release();
  return { made, runs };
}

it.each([
  ['0 to 1', [0, 1]],
  ['−1 to 1', [-1, 1]],
  ['0 to 255', [0, 255]],
  ['white to black', [1, 0]],
])('a network that changes nothing changes nothing: pixels from %s', async (_, range) => {
  const picture = aPicture(21, 13);
  expect(apart((await through(affine(1, 0), { graph: { range } }, picture)).made, picture)).toBe(0);
});

it('channels come last where the network wants them last', async () => {
  const picture = aPicture(21, 13);
  const graph = affine(1, 0, [1, 'h', 'w', 3]);
  expect(apart((await through(graph, { layout: 'NHWC' }, picture)).made, picture)).toBe(0);
});

it('what comes out may have another range than what goes in', async () => {
  const picture = aPicture(21, 13);
  const manifest = { range: [-1, 1], outputRange: [0, 255] };
  expect(apart((await through(affine(127.5, 127.5), manifest, picture)).made, picture)).toBe(0);
});

it('a network that answers in grey gives a grey picture', async () => {
  const { made } = await through(blurry(1), { range: [-1, 1], multipleOf: 2 }, aPicture(20, 12));
  expect([made.width, made.height]).toEqual([20, 12]);
  expect(made.data.every((v, i) => v === made.data[i - (i % 3)])).toBe(true);
  expect(new Set(made.data).size).toBeGreaterThan(8);
});

it.each([
  [20, 12],
  [21, 12],
  [20, 13],
  [5, 3],
])('a picture of %i × %i keeps its size in a network that takes multiples of 8', async (width, height) => {
  const { made } = await through(blurry(), { range: [-1, 1], multipleOf: 8 }, aPicture(width, height));
  expect([made.width, made.height]).toEqual([width, height]);
});

it('padding shows only at the border that was padded', async () => {
  const manifest = { range: [-1, 1], multipleOf: 2 };
  const whole = aPicture(64, 48);
  const cut = { width: 63, height: 48, data: whole.data.filter((_, i) => Math.floor(i / 3) % 64 < 63) };
  const [a, b] = [await through(blurry(), manifest, whole), await through(blurry(), manifest, cut)];
  const seen = { ...a.made, width: 63, data: a.made.data.filter((_, i) => Math.floor(i / 3) % 64 < 63) };
  expect(apart(seen, b.made, (x) => x < 63 - 5)).toBe(0);
});

it('says what is wrong with a manifest whose network wants other sides', async () => {
  await expect(through(blurry(), { range: [-1, 1] }, aPicture(21, 13))).rejects.toMatchObject({
    code: 'model_corrupt',
    message: expect.stringContaining('multipleOf'),
  });
});

it.each([
  [150, 110],
  [47, 200],
  [131, 48],
])('in tiles as a whole, %i × %i', async (width, height) => {
  const picture = aPicture(width, height);
  const manifest = { range: [-1, 1], multipleOf: 2 };
  const whole = await through(blurry(), manifest, picture);
  const tiled = await through(blurry(), { ...manifest, tile: { size: 48, overlap: 16 } }, picture);
  expect(whole.runs).toBe(1);
  expect(tiled.runs).toBeGreaterThan(3);
  expect(apart(whole.made, tiled.made)).toBeLessThanOrEqual(1); // the network sees less far than what is thrown away
});

it('a network of one size: the picture is stretched to it and back, or goes through in tiles', async () => {
  const graph = affine(-1, 1, [1, 3, 64, 64]);
  const picture = aPicture(100, 80);
  const negative = { ...picture, data: picture.data.map((v) => 255 - v) };
  const stretched = await through(graph, {}, picture);
  const tiled = await through(graph, { tile: { size: 32, overlap: 8 } }, picture);
  expect([stretched.runs, stretched.made.width, stretched.made.height]).toEqual([1, 100, 80]);
  expect(apart(stretched.made, negative)).toBeLessThan(60);
  expect(tiled.runs).toBe(4);
  expect(apart(tiled.made, negative)).toBe(0);
  const small = await through(graph, { tile: { size: 64, overlap: 8 } }, aPicture(20, 70));
  expect(apart(small.made, { ...aPicture(20, 70), data: aPicture(20, 70).data.map((v) => 255 - v) })).toBe(0);
});

it('stops between two tiles when told to', async () => {
  const control = new AbortController();
  let runs = 0;
  const run: PixelNetwork['run'] = async ({ data }) => {
    if (++runs === 2) control.abort();
    return data;
  };
  const network = { fixed: undefined, run, release: async () => {} };
  const pass = createImagePass(network, { name: 'm', multipleOf: 1, tile: { size: 16, overlap: 4 } });
  await expect(pass(aPicture(64, 64), { signal: control.signal, clock: { runMs: 0 } })).rejects.toThrow();
  expect(runs).toBe(2);
});
