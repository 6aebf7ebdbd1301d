/** The autoencoder: latents to pictures and back. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { Picture } from '../../core/picture.ts';
import type { Clock, Network } from '../network.ts';
import { toPicture } from '../pixels.ts';
import type { Latent } from '../tensor.ts';
import { inTiles, type Tiling } from './tiled.ts';

/** The parts of vae_decoder/config.json that matter here. */
export const VaeConfig = z.object({
  scaling_factor: z.number().default(0.18215),
  shift_factor: z.number().nullish(),
  /** One entry per resolution level: the picture is 2^(levels − 1) times larger than the latent. */
  block_out_channels: z.array(z.number()).min(1).default([128, 256, 512, 512]),
});

export interface LatentShape {
  channels: number;
  height: number;
  width: number;
}

export interface Vae {
  /** Picture pixels per latent pixel. */
  factor: number;
  decode(latent: Latent, shape: LatentShape, clock: Clock): Promise<Picture>;
  /**
   * Planes [3, height·factor, width·factor] in −1…1 → latent of this shape: the middle of what the encoder holds
   * possible, without noise of its own. Throws invalid_request for models without an encoder.
   */
  encode(planes: Float32Array, shape: LatentShape, clock: Clock): Promise<Latent>;
}

/** A decoder of Stable Diffusion's size needs 2 to 3 GB for so many latent cells, 768 × 768 pixels. */
export const MOST_CELLS = 96 * 96;
/** 512 × 512 pixels; of the 160 that neighbours share, 64 at each edge are thrown away. */
const TILING: Tiling = { size: 64, overlap: 20, margin: 8 };

/** Always one picture a call, so that its bytes never depend on others. */
export function createVae(
  decoder: Network,
  config: z.infer<typeof VaeConfig>,
  /** Opened when first needed; answers undefined for models that have none. */
  openEncoder: () => Promise<Network | undefined> = async () => undefined,
  { most = MOST_CELLS, tiling = TILING } = {},
): Vae {
  const factor = 2 ** (config.block_out_channels.length - 1);
  const { scaling_factor: scaling } = config;
  const shift = config.shift_factor ?? 0;
  const input = decoder.inputs[0]!.name;
  let encoder: Promise<Network | undefined> | undefined;

  const tiled = async (
    data: Float32Array,
    shape: LatentShape,
    sides: Parameters<typeof inTiles>[2],
    run: (data: Float32Array, height: number, width: number) => Promise<Float32Array>,
  ): Promise<Float32Array> => {
    if (shape.height * shape.width <= most) return run(data, shape.height, shape.width);
    return inTiles(data, shape, sides, tiling, (part, tile) => run(part, tile.height, tile.width));
  };

  return {
    factor,
    async decode(latent, shape, clock) {
      const { channels } = shape;
      const data = latent.map((v) => v / scaling + shift);
      const sides = { from: { channels, scale: 1 }, to: { channels: 3, scale: factor } };
      const planes = await tiled(data, shape, sides, async (data, height, width) => {
        const results = await decoder.run({ [input]: { data, dims: [1, channels, height, width] } }, clock);
        return results[decoder.outputs[0]!.name]!;
      });
      return toPicture(planes, shape.width * factor, shape.height * factor, [-1, 1]);
    },
    async encode(planes, shape, clock) {
      encoder ??= openEncoder();
      encoder.catch(() => {
        encoder = undefined;
      });
      const network = await encoder;
      if (!network)
        throw new AppError(
          'invalid_request',
          'This model cannot begin with a picture: it has no vae_encoder. Take another model, or words alone.',
        );
      const { channels } = shape;
      const sides = { from: { channels: 3, scale: factor }, to: { channels, scale: 1 } };
      const latent = await tiled(planes, shape, sides, async (data, height, width) => {
        const dims = [1, 3, height * factor, width * factor];
        const results = await network.run({ [network.inputs[0]!.name]: { data, dims } }, clock);
        // Newer exports answer mean and log variance one behind the other, older ones the latent itself.
        return results[network.outputs[0]!.name]!.subarray(0, channels * height * width);
      });
      return latent.map((v) => (v - shift) * scaling);
    },
  };
}
