/** Tiny models and controls of every form in one folder, and rows through them. */

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { createLogger } from '../../../../src/core/log.ts';
import type { RecipeOf } from '../../../../src/core/recipe.ts';
import { type Catalogue, openCatalogue } from '../../../../src/engine/catalogue.ts';
import type { Moment } from '../../../../src/engine/control/controlled.ts';
import { openControls } from '../../../../src/engine/control/open.ts';
import { type Device, openDevice } from '../../../../src/engine/device.ts';
import { type Checkpoint, openCheckpoint } from '../../../../src/engine/diffusion/checkpoint.ts';
import type { Row } from '../../../../src/engine/diffusion/predictor.ts';
import { type OpenModel, openingFor } from '../../../../src/engine/opening.ts';
import { createGenerator } from '../../../../src/engine/random.ts';
import { createShelf } from '../../../../src/engine/shelf.ts';
import type { Latent } from '../../../../src/engine/tensor.ts';
import {
  controlNetFile,
  fusedFile,
  imageEncoderFile,
  imageTokensFile,
  intrablockFile,
  projectionFile,
  t2iAdapterFile,
} from '../../../models/controls.ts';
import { type LayoutName, writeTinyModel } from '../../../models/folders.ts';
import { writeModelFolder } from '../../../models/model-folder.ts';
import { PLAIN, TINY, unetFile } from '../../../models/unet.ts';
import { scene } from './a-picture.ts';

export type Control = NonNullable<RecipeOf<'imagine'>['controls']>[number];

const SEED = 'tiny/unet'; // what writeTinyModel calls its U-Net's weights
const WIDTH = TINY.contextWidth;
const NET = 'controlnet/model.onnx';
const UNET = 'unet/model.onnx';
const SPLIT = { ...PLAIN, residuals: true };
const XL = { ...PLAIN, pooled: 8, timestep: 'scalar' } as const;
const EYES = { size: 16, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

/** `plain` has no inputs for controls, `ready` has the same weights and takes residuals. */
const DRAWING: Record<string, LayoutName> = { plain: 'sd2-v', ready: 'controlnet-split', large: 'sdxl' };

/** As torch 1.13 names outputs when it is handed two names for five tensors. */
const TRACED = ['down_block_res_samples', 'mid_block_res_sample', '2454', '2458', '2460'];

function writeAll(root: string): void {
  for (const [name, layout] of Object.entries(DRAWING)) writeTinyModel(join(root, name), layout, 'tiny');
  const put = (name: string, about: object, files: Record<string, Uint8Array>) =>
    writeModelFolder(join(root, name), { kind: 'control', for: ['plain', 'ready'], hint: 'canny', ...about }, files);
  const unet = unetFile(TINY, SPLIT, SEED);
  const net = (options: object = {}) => controlNetFile(TINY, PLAIN, SEED, options);
  const split = (name: string, about: object, options: object) =>
    put(name, { graph: { file: NET }, unet: UNET, ...about }, { [NET]: net(options), [UNET]: unet });
  split('lines', {}, {});
  split('doodles', { hint: 'scribble' }, { net: 1 });
  split('traced', {}, { outputs: TRACED });
  split('mixed', {}, { outputs: ['a', 'b', 'c', 'd', 'e'], order: [2, 0, 3, 1, 4] });
  const names = {
    graph: { down_block_0: 'a', down_block_1: 'b', down_block_2: 'c', down_block_3: 'd', mid_block: 'e' },
  };
  split('mapped', { names }, { outputs: ['a', 'b', 'c', 'd', 'e'], order: [4, 1, 0, 3, 2] });
  const wide = controlNetFile({ ...TINY, blocks: [8, 24] }, PLAIN, SEED);
  put('stranger', { graph: { file: NET }, unet: UNET }, { [NET]: wide, [UNET]: unet });
  put('homeless', { graph: { file: NET } }, { [NET]: net() });
  const one = { ...PLAIN, timestep: 'one' } as const;
  put('inside', { hint: ['canny', 'scribble'], unet: UNET }, { [UNET]: fusedFile(TINY, one, SEED, 2) });
  const xlNet = controlNetFile(TINY, XL, SEED, { scale: true });
  put(
    'xl',
    { for: 'large', graph: { file: NET }, unet: UNET },
    { [NET]: xlNet, [UNET]: unetFile(TINY, { ...XL, residuals: true }, SEED) },
  );
  const adapter = t2iAdapterFile(TINY, 'adapter');
  const blocks = (controlNets: boolean) => intrablockFile(TINY, PLAIN, SEED, { controlNets });
  put('features', { form: 't2i-adapter', graph: { file: NET }, unet: UNET }, { [NET]: adapter, [UNET]: blocks(false) });
  put(
    'features-too',
    { form: 't2i-adapter', graph: { file: NET }, unet: UNET },
    { [NET]: adapter, [UNET]: blocks(true) },
  );
  const likeness = { [NET]: imageEncoderFile(16, 12, 'eyes'), 'projection.onnx': projectionFile(12, 4, WIDTH, 'eyes') };
  const ip = {
    form: 'ip-adapter',
    hint: 'picture',
    graph: { file: NET, ...EYES },
    projection: 'projection.onnx',
    unet: UNET,
  };
  put('likeness', ip, { ...likeness, [UNET]: imageTokensFile(TINY, PLAIN, SEED, 4) });
  put('likeness-behind', { ...ip, tokens: 'appended' }, { ...likeness, [UNET]: unetFile(TINY, PLAIN, SEED) });
}

export interface Scene {
  catalogue: Catalogue;
  device: Device;
  open: OpenModel;
  checkpoint(name: string): Promise<Checkpoint>;
  control(model: string, over?: Partial<Control>): Control;
  /** The network's answers for these rows, all at once, under these controls. */
  answers(model: string, controls: readonly Control[], rows?: readonly [Row, Moment][]): Promise<Latent[]>;
  close(): Promise<void>;
}

export async function openScene(): Promise<Scene> {
  const root = mkdtempSync(join(tmpdir(), 'controls-'));
  writeAll(root);
  const log = createLogger('silent');
  const catalogue = await openCatalogue({ MODELS_DIR: root });
  if (catalogue.problems[0]) throw catalogue.problems[0].error;
  const device = await openDevice({ log }, 'cpu', 2);
  const shelf = createShelf<{ release(): Promise<void> }>(2 ** 30);
  const open = openingFor({ shelf, device, log }, {});
  const picture = scene(96, 96);
  const raw = { width: picture.width, height: picture.height, channels: 3 } as const;
  const bytes = new Uint8Array(await sharp(picture.data, { raw }).png().toBuffer());
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const checkpoint = (name: string) =>
    open(catalogue.of('diffusion').find(({ ref }) => ref.name === name)!, (device, { folder }) =>
      openCheckpoint(device, folder, name),
    );
  return {
    catalogue,
    device,
    open,
    checkpoint,
    control(model, over = {}) {
      const { ref, manifest } = catalogue.of('control').find(({ ref }) => ref.name === model)!;
      const stored = { key: 'a', sha256, width: 96, height: 96 };
      return {
        ...{ model: ref, picture: stored, hint: manifest.hint[0]!, weight: 1, from: 0, to: 1, guess: false },
        ...over,
      };
    },
    async answers(model, controls, rows = [aRow(1), aRow(2, { positive: false })]) {
      const deps = { catalogue, open, load: async () => bytes, clock: { runMs: 0 } };
      const predict = await openControls(deps, { controls: [...controls] }, await checkpoint(model));
      return Promise.all(rows.map(([row, at]) => predict(row, at)));
    },
    async close() {
      await shelf.clear();
      rmSync(root, { recursive: true });
    },
  };
}

/** A row of random numbers in the middle of its run. */
export function aRow(seed: number, over: Partial<Row & Moment> = {}): [Row, Moment] {
  const random = createGenerator(seed);
  const { share = 0.5, positive = true, ...row } = over;
  const condition = { data: random.randn(77 * WIDTH), tokens: 77, width: WIDTH, pooled: random.randn(8) };
  const size = { height: 8, width: 8 };
  return [
    { ...{ sample: random.randn(4 * 64), timestep: 500, condition, clock: { runMs: 0 } }, ...size, ...row },
    { share, positive },
  ];
}
