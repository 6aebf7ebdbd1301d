/** Controls of every form beside the tiny diffusion models they steer: whole folders. */
import { join } from 'node:path';
import {
  controlNetFile,
  fusedFile,
  imageEncoderFile,
  imageTokensFile,
  intrablockFile,
  projectionFile,
  t2iAdapterFile,
} from './controls.ts';
import { type LayoutName, writeTinyModel } from './folders.ts';
import { writeModelFolder } from './model-folder.ts';
import { PLAIN, TINY, unetFile } from './unet.ts';

const SEED = 'tiny/unet'; // what writeTinyModel calls its U-Net's weights
const WIDTH = TINY.contextWidth;
const NET = 'controlnet/model.onnx';
const UNET = 'unet/model.onnx';
const SPLIT = { ...PLAIN, residuals: true };
const XL = { ...PLAIN, pooled: 8, timestep: 'scalar' } as const;
const EYES = { size: 16, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

/** `plain` has no inputs for controls; `ready` has the same weights and takes residuals; `legacy` has no configuration. */
const DRAWING: Record<string, LayoutName> = {
  plain: 'sd2-v',
  ready: 'controlnet-split',
  large: 'sdxl',
  legacy: 'sd15-legacy',
};

/** As torch 1.13 names outputs when it is handed two names for five tensors. */
const TRACED = ['down_block_res_samples', 'mid_block_res_sample', '2454', '2458', '2460'];

/** Diffusion models and controls of every form, all with the same weights where they have the same layers. */
export function writeTinyControls(root: string): void {
  for (const [name, layout] of Object.entries(DRAWING)) writeTinyModel(join(root, name), layout, 'tiny');
  const put = (name: string, about: object, files: Record<string, Uint8Array>) =>
    writeModelFolder(
      join(root, name),
      { kind: 'control', for: ['plain', 'ready', 'legacy'], hint: 'canny', ...about },
      files,
    );
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
