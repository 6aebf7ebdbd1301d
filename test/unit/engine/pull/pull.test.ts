/** The real hub client against a strict stand-in: breaks, wrong hashes, closed doors, full disks. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../../../src/core/log.ts';
import { openCatalogue } from '../../../../src/engine/catalogue.ts';
import { createHub } from '../../../../src/engine/pull/hub.ts';
import { type Offer, pull } from '../../../../src/engine/pull/pull.ts';
import { removeModel } from '../../../../src/engine/pull/remove.ts';
import { writeTinyModel } from '../../../models/folders.ts';
import { COMMIT, type HubStandIn, type StandInRepo, startHub, type Trouble } from './hub-stand-in.ts';

const log = createLogger('silent', { pretty: false });
let root: string;
let hub: HubStandIn | undefined;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pull-'));
});
afterEach(async () => {
  expect(hub?.violations ?? []).toEqual([]);
  await hub?.close();
  hub = undefined;
  rmSync(root, { recursive: true });
});

const exported = mkdtempSync(join(tmpdir(), 'repo-'));
writeTinyModel(exported, 'sd15-optimum');
afterAll(() => rmSync(exported, { recursive: true }));

/** A whole repository, with the weights of other frameworks that they carry along. */
function aRepo(over: Partial<StandInRepo> = {}): StandInRepo {
  const entries = readdirSync(exported, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(exported.length + 1));
  const strangers = {
    'README.md': '# A model',
    'sd-v1.safetensors': 'x'.repeat(3000),
    'unet/diffusion_pytorch_model.safetensors': 'x'.repeat(3000),
    'unet/diffusion_pytorch_model.bin': 'x'.repeat(3000),
    'safety_checker/model.onnx': 'x'.repeat(3000),
  };
  const files = Object.fromEntries(paths.map((path) => [path, readFileSync(join(exported, path))]));
  return { files: { ...files, ...strangers }, card: { license: 'openrail' }, ...over };
}

interface Setting {
  repo?: StandInRepo;
  trouble?: Trouble;
  token?: string;
  freeBytes?: number;
  accept?: boolean;
  what?: string;
  precision?: 'fp16';
}

const offers: Offer[] = [];
const progress: number[] = [];
async function pulled({
  repo = aRepo(),
  trouble,
  token,
  freeBytes,
  accept = true,
  what = 'me/tiny',
  precision,
}: Setting = {}) {
  hub ??= await startHub({ 'me/tiny': repo }, trouble);
  offers.length = 0;
  progress.length = 0;
  return pull(
    {
      hub: createHub({ endpoint: hub.url, token, silenceMs: 2000 }),
      log,
      accept: async (offer) => offers.push(offer) > 0 && accept,
      onProgress: ({ doneBytes }) => progress.push(doneBytes),
      pauseMs: 1,
      ...(freeBytes !== undefined && { freeBytes: async () => freeBytes }),
    },
    { what, modelsDir: root, precision },
  );
}

it('brings what the layout needs, and nothing of other frameworks', async () => {
  expect(await pulled()).toBe('tiny');
  const { models, problems } = await openCatalogue({ MODELS_DIR: root });
  expect(problems).toEqual([]);
  const { manifest } = models[0]!;
  expect(manifest).toMatchObject({
    name: 'tiny',
    kind: 'diffusion',
    version: COMMIT.slice(0, 12),
    source: `me/tiny@${COMMIT}`,
  });
  expect(manifest.licence).toContain('openrail');
  const paths = manifest.files.map(({ path }) => path);
  expect(paths).toContain('unet/model.onnx');
  expect(paths.filter((path) => /safetensors|\.bin|safety_checker|README/.test(path))).toEqual([]);
  expect(readdirSync(root)).toEqual(['tiny']);
});

it('counts bytes up to all of them', async () => {
  await pulled();
  expect(progress.at(-1)).toBe(offers[0]!.bytes);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
});

it('continues where a connection broke, and fetches no byte twice', async () => {
  const repo = aRepo();
  await pulled({ repo, trouble: { cutAfter: 50_000, cuts: 3 } });
  const reads = hub!.reads.filter(({ path }) => path === 'text_encoder/model.onnx');
  expect(reads.map(({ from }) => from)).toEqual([0, 50_000, 100_000, 150_000]);
  expect(
    readFileSync(join(root, 'tiny/text_encoder/model.onnx')).equals(repo.files['text_encoder/model.onnx'] as Buffer),
  ).toBe(true);
});

it('continues in another process where an earlier one ended', async () => {
  const repo = aRepo();
  const broken = pulled({ repo, trouble: { cutAfter: 70_000, cuts: 1, thenDead: true } });
  await expect(broken).rejects.toMatchObject({
    code: 'platform_unavailable',
    message: expect.stringMatching(/text_encoder\/model\.onnx stopped at 70000 of/),
  });
  await hub!.close();
  hub = undefined;
  await pulled({ repo });
  expect(hub!.reads.find(({ path }) => path === 'text_encoder/model.onnx')?.from).toBe(70_000);
});

it('starts a file over where the server only sends whole ones', async () => {
  await pulled({ trouble: { cutAfter: 50_000, cuts: 1, noRanges: true } });
  expect((await openCatalogue({ MODELS_DIR: root })).problems).toEqual([]);
});

it.each(['unet/model.onnx', 'scheduler/scheduler_config.json'])(
  'refuses %s with another hash than announced',
  async (bad) => {
    const flip = (path: string, content: Buffer) => {
      const changed = Buffer.from(content);
      if (path === bad) changed[changed.length >> 1]! ^= 1;
      return changed;
    };
    await expect(pulled({ trouble: { lie: flip } })).rejects.toMatchObject({
      code: 'model_corrupt',
      message: expect.stringContaining(bad),
    });
    expect(hub!.reads.filter(({ path }) => path === bad)).toHaveLength(2);
    expect((await openCatalogue({ MODELS_DIR: root })).list()).toEqual([]); // nothing half-done is seen
  },
);

describe('closed doors', () => {
  it('a gated model asks for HF_TOKEN, and comes with it', async () => {
    const repo = aRepo({ gated: true });
    await expect(pulled({ repo })).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringMatching(/me\/tiny.*HF_TOKEN/),
    });
    await pulled({ repo, token: 'hf_secret' });
    expect(new Set(hub!.reads.map(({ token }) => token))).toEqual(new Set(['hf_secret']));
  });
  it('an unknown repository', async () => {
    await expect(pulled({ what: 'me/other', token: 'hf_secret' })).rejects.toMatchObject({ code: 'not_found' });
  });
  it('a hub that is not there', async () => {
    hub = await startHub({});
    const { url } = hub;
    await hub.close();
    const gone = createHub({ endpoint: url });
    await expect(gone.find('me/tiny', 'main')).rejects.toMatchObject({
      code: 'platform_unavailable',
      message: expect.stringContaining(url),
    });
  });
  it('a name that is neither an alias nor a repository', async () => {
    await expect(pulled({ what: 'stable' })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('sd15'),
    });
  });
});

it('says how much room is missing before it fetches anything', async () => {
  const full = pulled({ freeBytes: 1e6 });
  await expect(full).rejects.toMatchObject({
    code: 'storage_full',
    message: expect.stringMatching(/1\.0 MB are free/),
  });
  expect(hub!.reads).toEqual([]);
});

it('fetches nothing when the licence is not accepted', async () => {
  await expect(pulled({ accept: false })).rejects.toMatchObject({ code: 'cancelled' });
  expect(offers[0]).toMatchObject({ licence: 'openrail' });
  expect(hub!.reads).toEqual([]);
});

it('names the framework a repository without ONNX graphs is of', async () => {
  const { files } = aRepo();
  const torch = Object.fromEntries(Object.entries(files).filter(([path]) => path !== 'unet/model.onnx'));
  await expect(pulled({ repo: { files: torch } })).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringMatching(/unet\/diffusion_pytorch_model.*optimum-cli/),
  });
});

it('takes the precision asked for, under the name the engine opens', async () => {
  const { files } = aRepo();
  const half = Buffer.from('h'.repeat(2000));
  const both = { ...files, 'unet/model_fp16.onnx': half, 'unet/model_fp16.onnx_data': 'd'.repeat(2000) };
  await pulled({ repo: { files: both }, precision: 'fp16' });
  expect(readFileSync(join(root, 'tiny/unet/model.onnx')).equals(half)).toBe(true);
  expect(readdirSync(join(root, 'tiny/unet')).sort()).toEqual(['config.json', 'model.onnx', 'model_fp16.onnx_data']);
});

it('does not touch a model that is installed already', async () => {
  await pulled();
  await expect(pulled()).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('atelier models rm tiny'),
  });
});

describe('removing', () => {
  const remove = async (name: string, force = false) =>
    removeModel(
      { catalogue: await openCatalogue({ MODELS_DIR: root }) },
      { name, modelsDir: root, defaultModel: 'tiny', force },
    );

  it('leaves nothing', async () => {
    await pulled();
    await remove('tiny', true);
    expect(readdirSync(root)).toEqual([]);
  });
  it('keeps the default model unless forced', async () => {
    await pulled();
    await expect(remove('tiny')).rejects.toMatchObject({ message: expect.stringContaining('--force') });
    expect(readdirSync(root)).toEqual(['tiny']);
  });
  it('says what there is when the name is wrong', async () => {
    await pulled();
    await expect(remove('tinny')).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('tiny'),
    });
  });
  it('takes a damaged model away too', async () => {
    await pulled();
    writeFileSync(join(root, 'tiny/unet/model.onnx'), 'broken');
    await remove('tiny', true);
    expect(readdirSync(root)).toEqual([]);
  });
});
