/** A diffusers ONNX folder in memory. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { Device } from '../device.ts';
import { openNetwork } from '../network.ts';
import type { Latent } from '../tensor.ts';
import { createBatcher, rowLimits } from './batcher.ts';
import { noiseLevels, SchedulerConfig } from './noise-levels.ts';
import type { Row } from './predictor.ts';
import { createTextEncoder, type EncodeText } from './text-encoder.ts';
import { loadTokenizer } from './tokenizer.ts';
import { createUnet } from './unet.ts';
import { createVae, type Vae, VaeConfig } from './vae.ts';

export interface Checkpoint {
  encodeText: EncodeText;
  /** The network's answer for one row; rows of other images may share the call. */
  predict: (row: Row) => Promise<Latent>;
  vae: Vae;
  scheduler: SchedulerConfig;
  /** σ per trained timestep. */
  levels: readonly number[];
  /** Latent channels. */
  channels: number;
  /** Channels its rows want in `extra`. */
  extraChannels: number;
  /** Guidance is an input of the network: put it into the row, one row per picture. */
  embedsGuidance: boolean;
  release(): Promise<void>;
}

export async function openCheckpoint(device: Device, folder: string, name: string): Promise<Checkpoint> {
  const read = <S extends z.ZodType>(path: string, schema: S) => readConfig(join(folder, path), schema, name);
  const [scheduler, vaeConfig, tokenizer] = await Promise.all([
    read('scheduler/scheduler_config.json', SchedulerConfig),
    read('vae_decoder/config.json', VaeConfig),
    loadTokenizer(join(folder, 'tokenizer')),
  ]);
  const open = (part: string) => openNetwork(device, join(folder, part, 'model.onnx'));
  const text = await open('text_encoder');
  const noise = await open('unet');
  const decoder = await open('vae_decoder');
  const unet = createUnet(noise, name);
  return {
    encodeText: createTextEncoder(text, tokenizer),
    predict: createBatcher(unet, rowLimits(device.threads)),
    vae: createVae(decoder, vaeConfig),
    scheduler,
    levels: noiseLevels(scheduler),
    channels: unet.channels,
    extraChannels: unet.extraChannels,
    embedsGuidance: unet.embedsGuidance,
    release: async () => {
      await Promise.all([text.release(), noise.release(), decoder.release()]);
    },
  };
}

async function readConfig<S extends z.ZodType>(file: string, schema: S, name: string): Promise<z.output<S>> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('model_missing', `The model ${name} lacks ${file}.`, { cause });
  });
  return schema.parse(JSON.parse(text));
}
