/** The autoencoder's second half: latents to pictures. */
import { z } from 'zod';
import type { Picture } from '../../core/picture.ts';
import type { Clock, Network } from '../network.ts';
import { toPicture } from '../pixels.ts';
import type { Latent } from '../tensor.ts';

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
}

/** Always one picture a call, so that its bytes never depend on others. */
export function createVae(network: Network, config: z.infer<typeof VaeConfig>): Vae {
  const factor = 2 ** (config.block_out_channels.length - 1);
  return {
    factor,
    async decode(latent, { channels, height, width }, clock) {
      const data = latent.map((v) => v / config.scaling_factor + (config.shift_factor ?? 0));
      const input = network.inputs[0]!.name;
      const results = await network.run({ [input]: { data, dims: [1, channels, height, width] } }, clock);
      return toPicture(results[network.outputs[0]!.name]!, width * factor, height * factor, [-1, 1]);
    },
  };
}
