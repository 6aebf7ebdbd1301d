/** A diffusers ONNX folder in memory. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { type Additions, NO_ADDITIONS } from '../adapters/additions.ts';
import type { Device } from '../device.ts';
import { renamed } from '../rename.ts';
import type { Latent } from '../tensor.ts';
import { createBatcher, rowLimits } from './batcher.ts';
import { type Family, familyOf, readFacts } from './family.ts';
import { needConfig, type PredictorConfig, readConfig } from './layout.ts';
import { createParts } from './parts.ts';
import { rowPeak } from './peak.ts';
import type { Predictor, Row } from './predictor.ts';
import { createPromptEncoder, type EncodePrompts } from './prompt-encoder.ts';
import { SchedulerConfig } from './scheduler-config.ts';
import { openTowers, type TextTower } from './text-tower.ts';
import { createTransformer } from './transformer.ts';
import { createUnet } from './unet.ts';
import { createVae, type Vae, VaeConfig } from './vae.ts';

export interface Checkpoint {
  family: Family;
  towers: readonly TextTower[];
  encodePrompts: EncodePrompts;
  /** The network's answer for one row; rows of other images may share the call. */
  predict: (row: Row) => Promise<Latent>;
  /** What its rows may bring. */
  takes: Pick<Predictor, 'residuals' | 'hints' | 'imageTokens'>;
  /** Of the noise predictor; empty for exports that came without. */
  config: PredictorConfig;
  vae: Vae;
  scheduler: SchedulerConfig;
  /** Latent channels. */
  channels: number;
  /** Channels its rows want in `extra`. */
  extraChannels: number;
  /** Guidance is an input of the network: put it into the row, one row per picture. */
  embedsGuidance: boolean;
  release(): Promise<void>;
}

export interface CheckpointOptions {
  /** Standard input names → the export's own, for exports that chose others. */
  names?: Readonly<Record<string, string>> | undefined;
  /** LoRAs and learned words. */
  additions?: Additions | undefined;
  /** Told that opening goes on. */
  onBeat?: (() => void) | undefined;
}

const LatentConfig = z.object({ latent_channels: z.number().int().default(4) });

/** Opens what the folder has: one U-Net or transformer, one to three text encoders, an autoencoder. */
export async function openCheckpoint(
  device: Device,
  folder: string,
  name: string,
  { names = {}, additions = NO_ADDITIONS, onBeat }: CheckpointOptions = {},
): Promise<Checkpoint> {
  const parts = await createParts({ device }, { folder, model: name, additions, onBeat });
  try {
    const about = await readFacts(folder, name);
    const { predictor: config, zeroEmpty } = about;
    const scheduler = await needConfig(folder, 'scheduler/scheduler_config.json', SchedulerConfig, name);
    const vaeConfig = await readVaeConfig(folder, name, VaeConfig);
    const { latent_channels: channels } = await readVaeConfig(folder, name, LatentConfig);
    const towers = await openTowers(parts, folder, name, { t5Tokens: t5Tokens(config) });
    const unet = await parts.open('unet');
    const transformer = unet ? undefined : await parts.open('transformer');
    const { network: decoder } = await parts.need('vae_decoder');
    const vae = createVae(decoder, vaeConfig, async () => (await parts.open('vae_encoder'))?.network);
    const facts = { model: name, config, channels, factor: vae.factor };
    if (!unet && !transformer)
      throw new AppError('model_missing', `The model ${name} has neither unet/model.onnx nor transformer/model.onnx.`);
    const predictor = transformer
      ? createTransformer(renamed(transformer.network, names), facts)
      : createUnet(renamed(unet!.network, names), facts);
    const room = (size: { height: number; width: number }) => Math.floor(device.callBytes / rowPeak(config, size));
    const limits = { ...rowLimits(device.threads, device.name), room };
    const family = familyOf(about);
    return {
      family,
      towers,
      encodePrompts: createPromptEncoder({
        towers,
        turns: device.turns,
        family,
        limits: rowLimits(device.threads, device.name),
        model: name,
        zeroEmpty,
        jointWidth: config.joint_attention_dim ?? undefined,
      }),
      predict: createBatcher(device.turns, predictor, limits),
      takes: predictor,
      config,
      vae,
      scheduler,
      channels: predictor.channels,
      extraChannels: predictor.extraChannels,
      embedsGuidance: predictor.embedsGuidance,
      release: parts.release,
    };
  } catch (error) {
    await parts.release();
    throw error;
  }
}

/** Beside the decoder, or beside the whole autoencoder; Stable Diffusion 1's where there is none. */
const readVaeConfig = async <S extends z.ZodType>(folder: string, name: string, schema: S): Promise<z.output<S>> =>
  (await readConfig(folder, 'vae_decoder/config.json', schema, name)) ??
  (await readConfig(folder, 'vae/config.json', schema, name)) ??
  schema.parse({});

/** As diffusers' pipelines: 256 for SD3 and FLUX schnell, 512 for FLUX dev. */
const t5Tokens = ({ guidance_embeds }: PredictorConfig) => (guidance_embeds ? 512 : 256);
