import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCatalogue } from '../../../src/engine/catalogue.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'models-'));
});
afterEach(() => rm(root, { recursive: true }));

const put = async (path: string, text: string) => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
};
const listed = (path: string, text: string) => ({
  path,
  bytes: Buffer.byteLength(text),
  sha256: createHash('sha256').update(text).digest('hex'),
});
const anUpscaler = async (over: object = {}) => {
  await put('up/model.onnx', 'weights');
  const files = [listed('model.onnx', 'weights')];
  const manifest = {
    name: 'up',
    kind: 'upscale',
    title: 'Up',
    version: '1',
    licence: 'MIT',
    factor: 4,
    files,
    ...over,
  };
  await put('up/model.json', JSON.stringify(manifest));
};
const open = () => openCatalogue({ MODELS_DIR: root });

it('finds models, and ignores folders that hold none', async () => {
  await anUpscaler();
  await put('recipes/train.py', '');
  const catalogue = await open();
  expect(catalogue.list()).toEqual([{ name: 'up', kind: 'upscale', version: '1', licence: 'MIT' }]);
  expect(catalogue.of('upscale')[0]?.manifest).toMatchObject({
    factor: 4,
    graph: { file: 'model.onnx', range: [0, 1] },
  });
  expect(await catalogue.verify()).toEqual(new Map());
});

it('reads file and range beside the kind as well as under graph', async () => {
  await anUpscaler({ file: 'model.onnx', range: [-1, 1] });
  expect((await open()).of('upscale')[0]?.manifest.graph).toMatchObject({ range: [-1, 1] });
});

it('names the file that is missing, and the remedy', async () => {
  await anUpscaler();
  await rm(join(root, 'up/model.onnx'));
  const catalogue = await open();
  expect(catalogue.of('upscale')).toEqual([]);
  expect(() => catalogue.get('upscale', { name: 'up', sha256: '' })).toThrow(
    expect.objectContaining({ code: 'model_missing', message: expect.stringMatching(/model\.onnx.*git restore/s) }),
  );
});

it.each([
  ['Weights', 'its contents changed'],
  ['weights and more', '16 bytes instead of 7'],
])('names the file that is damaged: %s', async (text, how) => {
  await anUpscaler();
  await put('up/model.onnx', text);
  const problem = (await open()).problems[0]!;
  expect(problem.error.code).toBe('model_corrupt');
  expect(problem.error.message).toContain('model.onnx');
  expect(problem.error.message).toContain(how);
});

it('does not mind an edited card', async () => {
  await put('up/README.md', 'new words');
  await anUpscaler({ card: 'README.md', files: [listed('model.onnx', 'weights'), listed('README.md', 'old words')] });
  expect((await open()).problems).toEqual([]);
});

it('keeps the other models when one is damaged', async () => {
  await anUpscaler();
  await put('broken/model.json', '{');
  const catalogue = await open();
  expect(catalogue.of('upscale')).toHaveLength(1);
  expect([...(await catalogue.verify()).keys()]).toEqual(['broken']);
});

it.each([{ factor: 'four' }, { files: [] }, { files: [{ ...listed('x', 'x'), path: '../x' }] }])(
  'refuses a manifest with %j',
  async (over) => {
    await anUpscaler(over);
    expect((await open()).problems[0]?.error.code).toBe('model_corrupt');
  },
);

it('refuses a recipe made for other weights of the same name', async () => {
  await anUpscaler();
  const catalogue = await open();
  const [model] = catalogue.of('upscale');
  expect(catalogue.get('upscale', model!.ref)).toBe(model);
  expect(() => catalogue.get('upscale', { ...model!.ref, sha256: '0'.repeat(64) })).toThrow(/was replaced/);
  expect(() => catalogue.get('upscale', { name: 'other', sha256: '' })).toThrow(/not installed/);
});

it('lists models of kinds it cannot run', async () => {
  await anUpscaler({ kind: 'depth' });
  const catalogue = await open();
  expect(catalogue.list()[0]).toMatchObject({ name: 'up', kind: 'depth' });
  expect(catalogue.diffusionModels()).toEqual([]);
});

it('takes a Stable Diffusion export without a manifest', async () => {
  await put('My SD/model_index.json', '{}');
  await put('My SD/scheduler/scheduler_config.json', '{"_class_name":"PNDMScheduler","skip_prk_steps":true}');
  await put('My SD/unet/config.json', '{"sample_size":64}');
  await put('My SD/unet/model.onnx', 'weights');
  await put('My SD/vae_decoder/config.json', '{"block_out_channels":[128,256,512,512]}');
  const [model] = (await open()).of('diffusion');
  expect(model?.manifest).toMatchObject({
    name: 'my-sd',
    defaults: { width: 512, height: 512 },
    limits: { multipleOf: 64 },
  });
  expect(model?.manifest.files.map(({ path }) => path)).toContain('unet/model.onnx');
});

it('says where it looked when there is no models folder', async () => {
  await expect(openCatalogue({ MODELS_DIR: join(root, 'nowhere') })).rejects.toMatchObject({ code: 'model_missing' });
});
