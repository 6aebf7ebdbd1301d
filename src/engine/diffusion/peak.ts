/** What a call of a diffusion model takes beside its weights, estimated from its configuration. */
import type { PredictorConfig } from './layout.ts';

interface Cells {
  height: number;
  width: number;
}

const FLOAT = 4;
/** Scores and their softmax are both there for a moment, where attention is not fused. */
const MAPS = 2;
/** Skip connections and what a block works on, in feature maps of the full size. */
const FEATURES = 16;
/** Stable Diffusion 1, for exports that came without a configuration. */
const USUAL = { channels: [320, 640, 1280, 1280], heads: 8 };
const FULL_MAPS_OF_DECODER = 8;

/**
 * Bytes of one row of the noise predictor. A U-Net of Stable Diffusion 1.5's size: 2.3 GiB for two rows of 64 × 64
 * cells, where 2.1 more than at 32 × 32 were measured (docs/measured.md).
 */
export function rowPeak(config: PredictorConfig, { height, width }: Cells): number {
  const cells = height * width;
  if (config.num_attention_heads !== undefined && !config.block_out_channels) {
    const tokens = cells / 4 + 512; // patches of 2 × 2, and the prompt
    return config.num_attention_heads * tokens ** 2 * FLOAT * MAPS;
  }
  const channels = config.block_out_channels ?? USUAL.channels;
  const heads = config.num_attention_heads ?? config.attention_head_dim ?? USUAL.heads; // the latter is what diffusers calls the number of heads
  const attention = channels.map((_, level) => {
    const attends = config.down_block_types?.[level]?.includes('Attn') ?? level < channels.length - 1;
    const count = Array.isArray(heads) ? (heads[level] ?? USUAL.heads) : heads;
    return attends ? count * (cells / 4 ** level) ** 2 * FLOAT * MAPS : 0;
  });
  return Math.max(...attention) + FEATURES * channels[0]! * cells * FLOAT;
}

/** Bytes of the decoder for so many pixels in one piece. 2.4 GB for Stable Diffusion's at 768 × 768. */
export const decoderPeak = (firstChannels: number, pixels: number): number =>
  FULL_MAPS_OF_DECODER * firstChannels * pixels * FLOAT;
