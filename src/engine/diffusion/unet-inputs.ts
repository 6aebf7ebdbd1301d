/** Every input a U-Net of the Stable Diffusion family may have, and how rows fill it. */
import { AppError } from '../../core/errors.ts';
import type { Feed, Port } from '../network.ts';
import { concat } from '../tensor.ts';
import { sinusoids } from './embedding.ts';
import type { PredictorConfig } from './layout.ts';
import type { Row } from './predictor.ts';

/** What a U-Net is besides its rows. */
export interface UnetFacts {
  model: string;
  config: PredictorConfig;
  /** Picture pixels per latent pixel. */
  factor: number;
  channels: number;
  extraChannels: number;
}

type Fill = (rows: readonly Row[], port: Port, facts: UnetFacts) => Feed;

export const UNET_INPUTS: Readonly<Record<string, Fill>> = {
  /** 9-channel inpainting models: the scaled latent, then the mask and the masked picture as they are. */
  sample: (rows, _, { channels, extraChannels }) => ({
    data: concat(rows.flatMap(({ sample, extra }) => (extra ? [sample, extra] : [sample]))),
    dims: [rows.length, channels + extraChannels, rows[0]!.height, rows[0]!.width],
  }),
  encoder_hidden_states: (rows) => tokens(rows.map(({ condition }) => condition)),
  /** SDXL's second encoder's vector for the whole prompt. */
  text_embeds: (rows, port, { model }) => stacked(rows.map(({ condition }) => pooled(condition.pooled, port, model))),
  /** SDXL: original size, top left corner, size: of a picture that was neither shrunk nor cropped. */
  time_ids: (rows, { shape }, { model, factor }) => {
    if (typeof shape[1] === 'number' && shape[1] !== 6)
      throw new AppError(
        'invalid_request',
        `The model ${model} wants ${shape[1]} time_ids a row instead of 6: it is an SDXL refiner, which this version cannot run.`,
      );
    const ids = ({ height: h, width: w }: Row) => [h, w, 0, 0, h, w].map((v) => v * factor);
    return stacked(rows.map((row) => Float32Array.from(ids(row))));
  },
  /** Latent consistency models: guidance − 1 as sinusoids. Luo et al. 2023; diffusers' get_guidance_scale_embedding. */
  timestep_cond: (rows, { shape }, { config }) => {
    const width = typeof shape[1] === 'number' ? shape[1] : (config.time_cond_proj_dim ?? 256);
    return stacked(rows.map(({ guidance = 1 }) => sinusoids((guidance - 1) * 1000, width)));
  },
  /** ControlNets inside the graph: [ControlNets, rows, 3, height, width] in picture pixels; black where there is none. */
  controlnet_conds: (rows, { shape }, { factor }) => {
    const [height, width] = [rows[0]!.height * factor, rows[0]!.width * factor];
    const count = controlNets(shape, rows);
    const hint = (i: number) => (row: Row) => row.hints?.[i]?.data ?? new Float32Array(3 * height * width);
    const data = concat(Array.from({ length: count }, (_, i) => rows.map(hint(i))).flat());
    return { data, dims: [count, rows.length, 3, height, width] };
  },
  conditioning_scales: (rows, { shape }) => {
    const count = controlNets(shape, rows);
    const data = Array.from({ length: count }, (_, i) => rows[0]!.hints?.[i]?.scale ?? 0);
    return { data, dims: shape.length === 1 ? [count] : [count, 1] };
  },
  /** IP-Adapter tokens; nothing to attend to where there is no picture. Ye et al. 2023. */
  image_tokens: (rows, { shape }, { model }) => {
    const [, count, width] = shape;
    const some = rows.find(({ imageTokens }) => imageTokens)?.imageTokens;
    const size = some ? some.tokens * some.width : Number(count) * Number(width);
    if (!Number.isInteger(size))
      throw new AppError('invalid_request', `The model ${model} cannot draw without a picture for its image_tokens.`);
    const data = concat(rows.map(({ imageTokens }) => imageTokens?.data ?? new Float32Array(size)));
    return { data, dims: [rows.length, some?.tokens ?? Number(count), some?.width ?? Number(width)] };
  },
};

/** [rows, tokens, width]. */
export const tokens = (conditions: readonly Row['condition'][]): Feed => ({
  data: concat(conditions.map(({ data }) => data)),
  dims: [conditions.length, conditions[0]!.tokens, conditions[0]!.width],
});

/** One vector a row: [rows, width]. */
export const stacked = (vectors: readonly Float32Array[]): Feed => ({
  data: concat(vectors),
  dims: [vectors.length, vectors[0]!.length],
});

/** The prompt's one vector, checked against what the graph wants. */
export function pooled(vector: Float32Array | undefined, { name, shape }: Port, model: string): Float32Array {
  const width = shape[1];
  if (vector && (typeof width !== 'number' || vector.length === width)) return vector;
  const has = vector ? `its text encoders give ${vector.length} numbers` : 'its text encoders give none';
  throw new AppError('model_corrupt', `The model ${model} wants ${name} of ${width} numbers, but ${has}.`);
}

const controlNets = ([count]: Port['shape'], rows: readonly Row[]): number =>
  typeof count === 'number' ? count : Math.max(1, ...rows.map(({ hints }) => hints?.length ?? 0));
