/** Whole model folders, tiny, in every layout that exports have: `writeTinyModel(folder, 'sdxl')`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createGraph } from '../../src/engine/onnx/builder.ts';
import { vaeDecoderFile, vaeEncoderFile } from './autoencoder.ts';
import { type TextEncoderShape, textEncoderFile } from './text-encoder.ts';
import { CLIP_WORDS, T5_PIECES, writeClipTokenizer, writeT5Tokenizer } from './tokenizers.ts';
import { fluxFile, sd3File, TINY_TRANSFORMER } from './transformer.ts';
import { buildUnet, PLAIN, TINY, type UnetPorts, type UnetShape, unetFile } from './unet.ts';
import { externalWeights } from './weights.ts';

interface Tower {
  kind: 'clip' | 't5';
  shape: Partial<TextEncoderShape>;
  pad?: string;
}

interface Layout {
  pipeline: string;
  scheduler: Record<string, unknown>;
  predictor:
    | { unet: Partial<UnetShape>; ports: Partial<UnetPorts>; external?: boolean }
    | { transformer: 'sd3' | 'flux'; guidance?: boolean };
  towers: readonly Tower[];
  encoder: 'latent_sample' | 'latent_parameters';
  vae: { channels: number; scaling_factor: number; shift_factor?: number };
  /** The legacy export script wrote no configuration beside the graphs. */
  bare?: boolean;
  index?: Record<string, unknown>;
}

const SD_NOISE = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear', num_train_timesteps: 1000 };
const PNDM = {
  _class_name: 'PNDMScheduler',
  ...SD_NOISE,
  skip_prk_steps: true,
  steps_offset: 1,
  set_alpha_to_one: false,
};
const EULER = { _class_name: 'EulerDiscreteScheduler', ...SD_NOISE, steps_offset: 1, timestep_spacing: 'leading' };
const SD_VAE = { channels: 4, scaling_factor: 0.18215 };
const CLIP: Tower = { kind: 'clip', shape: {} };
const T5: Tower = { kind: 't5', shape: { width: 24, pooled: { kind: 'none' }, words: T5_PIECES.length, tokens: 256 } };
const INNER = { hiddenStates: true, width: 8 };
/** SDXL's second encoder projects its vector, and pads with "!". */
const BIG_CLIP: Tower = { kind: 'clip', shape: { ...INNER, pooled: { kind: 'projection', width: 8 } }, pad: '!' };

const sd15 = {
  pipeline: 'StableDiffusionPipeline',
  scheduler: PNDM,
  towers: [CLIP],
  encoder: 'latent_parameters',
  vae: SD_VAE,
} as const;
const sdxl = {
  pipeline: 'StableDiffusionXLPipeline',
  scheduler: EULER,
  predictor: { unet: {}, ports: { pooled: 8, timestep: 'scalar' } },
  towers: [{ kind: 'clip', shape: INNER }, BIG_CLIP],
  encoder: 'latent_parameters',
  vae: { channels: 4, scaling_factor: 0.13025 },
  index: { force_zeros_for_empty_prompt: true },
} as const;

export const LAYOUTS = {
  /** diffusers' own conversion script: 32-bit ids, a timestep per row, axes without numbers, no configurations. */
  'sd15-legacy': {
    ...sd15,
    pipeline: 'OnnxStableDiffusionPipeline',
    predictor: { unet: {}, ports: { anonymous: true } },
    towers: [{ kind: 'clip', shape: { idType: 'int32' } }],
    encoder: 'latent_sample',
    bare: true,
  },
  /** optimum: 64-bit ids, one timestep for the whole call. */
  'sd15-optimum': { ...sd15, predictor: { unet: {}, ports: { timestep: 'scalar' } } },
  /** As diffusers.js has them: halves, in a file beside the graph; 32-bit ids, whole-number timesteps. */
  'sd15-fp16': {
    ...sd15,
    predictor: { unet: {}, ports: { type: 'float16', timestep: 'one', timestepType: 'int64' }, external: true },
    towers: [{ kind: 'clip', shape: { type: 'float16', idType: 'int32' } }],
  },
  'sd2-v': {
    ...sd15,
    scheduler: {
      _class_name: 'DDIMScheduler',
      ...SD_NOISE,
      prediction_type: 'v_prediction',
      steps_offset: 1,
      clip_sample: false,
      set_alpha_to_one: false,
    },
    predictor: { unet: {}, ports: {} },
    towers: [{ kind: 'clip', shape: {}, pad: '!' }],
  },
  'inpainting-9': {
    ...sd15,
    pipeline: 'StableDiffusionInpaintPipeline',
    predictor: { unet: { inChannels: 9 }, ports: { timestep: 'scalar' } },
  },
  lcm: {
    ...sd15,
    pipeline: 'LatentConsistencyModelPipeline',
    scheduler: { _class_name: 'LCMScheduler', ...SD_NOISE, original_inference_steps: 50 },
    predictor: { unet: {}, ports: { guidance: 32, timestep: 'scalar' } },
  },
  'controlnet-split': { ...sd15, predictor: { unet: {}, ports: { residuals: true } } },
  'controlnet-fused': { ...sd15, predictor: { unet: {}, ports: { hints: 2, timestep: 'one' } } },
  sdxl,
  'sdxl-turbo': {
    ...sdxl,
    scheduler: { ...EULER, _class_name: 'EulerAncestralDiscreteScheduler', timestep_spacing: 'trailing' },
  },
  sd3: {
    pipeline: 'StableDiffusion3Pipeline',
    scheduler: { _class_name: 'FlowMatchEulerDiscreteScheduler', num_train_timesteps: 1000, shift: 3 },
    predictor: { transformer: 'sd3' },
    towers: [{ ...BIG_CLIP, pad: '<|endoftext|>' }, BIG_CLIP, T5],
    encoder: 'latent_parameters',
    vae: { channels: 16, scaling_factor: 1.5305, shift_factor: 0.0609 },
  },
  'flux-dev': {
    pipeline: 'FluxPipeline',
    scheduler: {
      _class_name: 'FlowMatchEulerDiscreteScheduler',
      num_train_timesteps: 1000,
      ...{ shift: 3, use_dynamic_shifting: true, base_shift: 0.5, max_shift: 1.15 },
      ...{ base_image_seq_len: 256, max_image_seq_len: 4096 },
    },
    predictor: { transformer: 'flux', guidance: true },
    towers: [
      { kind: 'clip', shape: { width: 16 } },
      { ...T5, shape: { ...T5.shape, tokens: 512 } },
    ],
    encoder: 'latent_parameters',
    vae: { channels: 16, scaling_factor: 0.3611, shift_factor: 0.1159 },
  },
} as const satisfies Record<string, Layout>;
export type LayoutName = keyof typeof LAYOUTS;

/** Latents of the models made here are this large a side, pictures eight times that. */
const SIDE = 8;

/** Writes every file such a repository has. `seed` makes another model of the same layout. */
export function writeTinyModel(folder: string, name: LayoutName, seed: string = name): void {
  const layout: Layout = LAYOUTS[name];
  const put = (path: string, content: Uint8Array | object) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content instanceof Uint8Array ? content : JSON.stringify(content, null, 2));
  };
  const config = (part: string, content: object) => !layout.bare && put(`${part}/config.json`, content);

  put('model_index.json', { _class_name: layout.pipeline, ...layout.index });
  put('scheduler/scheduler_config.json', layout.scheduler);
  for (const [i, { kind, shape, pad }] of layout.towers.entries()) {
    const suffix = i === 0 ? '' : `_${i + 1}`;
    const own = aTextEncoder(shape);
    put(`text_encoder${suffix}/model.onnx`, textEncoderFile(own, `${seed}/text${suffix}`));
    config(`text_encoder${suffix}`, { model_type: kind === 'clip' ? 'clip_text_model' : 't5', hidden_size: own.width });
    if (kind === 'clip') writeClipTokenizer(join(folder, `tokenizer${suffix}`), 77, pad);
    else writeT5Tokenizer(join(folder, `tokenizer${suffix}`));
  }
  const { channels, ...scaling } = layout.vae;
  const type = 'ports' in layout.predictor ? (layout.predictor.ports.type ?? 'float32') : 'float32';
  const vae = { _class_name: 'AutoencoderKL', latent_channels: channels, block_out_channels: [8, 8, 8, 8], ...scaling };
  put('vae_decoder/model.onnx', vaeDecoderFile(channels, type, `${seed}/decoder`));
  config('vae_decoder', vae);
  put('vae_encoder/model.onnx', vaeEncoderFile(channels, layout.encoder, type, `${seed}/encoder`));
  config('vae_encoder', vae);

  if ('unet' in layout.predictor) {
    const shape: UnetShape = { ...TINY, ...layout.predictor.unet };
    const ports: UnetPorts = { ...PLAIN, ...layout.predictor.ports };
    if (layout.predictor.external) {
      const [graph, data]: [ReturnType<typeof createGraph>, Uint8Array[]] = [createGraph({ name: 'unet' }), []];
      const beside = { location: 'model.onnx_data', append: (bytes: Uint8Array) => data.push(bytes), least: 64 };
      buildUnet(graph, externalWeights(graph, ports.type, `${seed}/unet`, beside), shape, ports);
      put('unet/model.onnx', graph.bytes());
      put('unet/model.onnx_data', Buffer.concat(data));
    } else put('unet/model.onnx', unetFile(shape, ports, `${seed}/unet`));
    config('unet', {
      _class_name: 'UNet2DConditionModel',
      sample_size: SIDE,
      in_channels: shape.inChannels,
      out_channels: shape.outChannels,
      block_out_channels: shape.blocks,
      layers_per_block: shape.layersPerBlock,
      cross_attention_dim: shape.contextWidth,
      ...(ports.pooled && { addition_embed_type: 'text_time' }),
      ...(ports.guidance && { time_cond_proj_dim: ports.guidance }),
    });
    return;
  }
  const { transformer, guidance = false } = layout.predictor;
  const shape = TINY_TRANSFORMER;
  const isFlux = transformer === 'flux';
  put('transformer/model.onnx', isFlux ? fluxFile(shape, { guidance }, `${seed}/flux`) : sd3File(shape, `${seed}/sd3`));
  config('transformer', {
    _class_name: isFlux ? 'FluxTransformer2DModel' : 'SD3Transformer2DModel',
    sample_size: SIDE,
    in_channels: isFlux ? 4 * shape.channels : shape.channels,
    ...(isFlux ? { guidance_embeds: guidance } : {}),
    joint_attention_dim: shape.contextWidth,
  });
}

const aTextEncoder = (over: Partial<TextEncoderShape>): TextEncoderShape => ({
  type: 'float32',
  idType: 'int64',
  words: CLIP_WORDS,
  tokens: 77,
  width: 16,
  layers: 2,
  heads: 2,
  pooled: { kind: 'pooler' },
  hiddenStates: false,
  ...over,
});
