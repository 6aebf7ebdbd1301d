/** What every noise predictor is to the rest of the pipeline, U-Net or transformer: rows in, answers out. */
import type { Clock, Feed, Port } from '../network.ts';
import type { Latent } from '../tensor.ts';
import type { Condition } from './condition.ts';

/** One sample for the network. */
export interface Row {
  /** [channels, height, width] flat, scaled as the network wants it. */
  sample: Latent;
  timestep: number;
  condition: Condition;
  /** Of the latent. */
  height: number;
  width: number;
  clock: Clock;
  /** [extraChannels, height, width] put behind the sample: mask and masked picture of inpainting models. */
  extra?: Latent;
  /** What ControlNets add to this row, weighted and summed. */
  residuals?: Residuals;
  /** Hint pictures for networks that have their ControlNets inside, one per ControlNet, in its order. */
  hints?: readonly Hint[];
  /** What an IP-Adapter attends to beside the prompt. */
  imageTokens?: Pick<Condition, 'data' | 'tokens' | 'width'>;
  /** Guidance scale, for networks that take it as an input (FLUX dev, LCM) instead of a second row. */
  guidance?: number;
}

/** For one row: a tensor [channels, height, width] for every skip connection, shallow first, then the middle's; for a T2I-Adapter's blocks after that; nothing is zeros. */
export type Residuals = readonly (Feed | undefined)[];

export interface Hint {
  /** [3, 8·height, 8·width] in 0…1. */
  data: Float32Array;
  scale: number;
}

export interface Predictor {
  /** Of the latents that are sampled. */
  channels: number;
  /** Channels the network wants in `extra`: 0, or 5 for inpainting models. */
  extraChannels: number;
  /** It takes guidance as an input: one row per picture, whatever the scale. */
  embedsGuidance: boolean;
  /** Its inputs for `residuals`, in their order; none for networks that take no ControlNet. */
  residuals: readonly Port[];
  /** ControlNets inside the network: 0, their number, or −1 where any number will do. */
  hints: number;
  imageTokens: boolean;
  /** Rows whose keys are equal may share a call. */
  key(row: Row): string;
  /** [rows, channels, height, width] in one session.run, sliced back into rows. */
  run(rows: readonly Row[], clock: Clock): Promise<Latent[]>;
}
