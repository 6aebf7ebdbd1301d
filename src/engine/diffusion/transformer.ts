/** The noise predictor of SD3 and FLUX: a transformer over patches. Esser et al. 2024; Black Forest Labs 2024. */
import { AppError } from '../../core/errors.ts';
import type { Feed, Network, Port } from '../network.ts';
import { concat } from '../tensor.ts';
import type { PredictorConfig } from './layout.ts';
import { imageIds, pack, unpack } from './packing.ts';
import type { Predictor, Row } from './predictor.ts';
import { pooled, stacked, tokens } from './unet-inputs.ts';

interface TransformerOptions {
  model: string;
  config: PredictorConfig;
  /** Latent channels, as the autoencoder has them. */
  channels: number;
}

type Fill = (rows: readonly Row[], port: Port, model: string) => Feed;

const COMMON: Readonly<Record<string, Fill>> = {
  encoder_hidden_states: (rows) => tokens(rows.map(({ condition }) => condition)),
  pooled_projections: (rows, port, model) =>
    stacked(rows.map(({ condition }) => pooled(condition.pooled, port, model))),
};

/** Stable Diffusion 3: latents as they are, time in thousandths. */
const SD3: Readonly<Record<string, Fill>> = {
  ...COMMON,
  hidden_states: (rows) => ({
    data: concat(rows.map(({ sample }) => sample)),
    dims: [rows.length, rows[0]!.sample.length / (rows[0]!.height * rows[0]!.width), rows[0]!.height, rows[0]!.width],
  }),
  timestep: (rows, port) => times(rows, port, 1),
};

/** FLUX: latents in tokens of 2 × 2, time from 0 to 1, a place for every token. */
const FLUX: Readonly<Record<string, Fill>> = {
  ...COMMON,
  hidden_states: (rows) => {
    const { height, width, sample } = rows[0]!;
    const size = { channels: sample.length / (height * width), height, width };
    const dims = [rows.length, (height * width) / 4, 4 * size.channels];
    return { data: concat(rows.map((row) => pack(row.sample, size))), dims };
  },
  timestep: (rows, port) => times(rows, port, 1 / 1000),
  guidance: (rows) => ({ data: rows.map(({ guidance = 1 }) => guidance), dims: [rows.length] }),
  img_ids: (rows, port) => places(imageIds(rows[0]!.height, rows[0]!.width), rows, port),
  txt_ids: (rows, port) => places(new Float32Array(rows[0]!.condition.tokens * 3), rows, port),
};

export function createTransformer(
  network: Network,
  { model, config, channels: latent }: TransformerOptions,
): Predictor {
  const port = new Map(network.inputs.map((input) => [input.name, input]));
  const isFlux = port.has('img_ids');
  const fills = isFlux ? FLUX : SD3;
  const needed = Object.keys(fills).filter((name) => name !== 'guidance');
  const odd = [
    ...needed.filter((name) => !port.has(name)).map((name) => `lacks ${name}`),
    ...[...port.keys()].filter((name) => !(name in fills)),
  ];
  if (odd.length > 0)
    throw new AppError(
      'invalid_request',
      `The model ${model} is of a kind this version cannot run: ${odd.join(', ')}.`,
    );
  const output = network.outputs[0]!;
  const own = port.get('hidden_states')!.shape[isFlux ? 2 : 1];
  const inputs = typeof own === 'number' ? own : config.in_channels;
  const channels = inputs === undefined ? latent : isFlux ? inputs / 4 : inputs;
  const perRow = port.get('timestep')!.shape.length === 1 && typeof port.get('timestep')!.shape[0] === 'string';

  return {
    channels,
    extraChannels: 0,
    embedsGuidance: port.has('guidance'),
    residuals: [],
    hints: 0,
    imageTokens: false,
    key: ({ height, width, condition, timestep }) =>
      [height, width, condition.tokens, perRow ? 'any' : timestep].join(),
    async run(rows, clock) {
      const odd = rows.find(({ extra, residuals, hints, imageTokens }) => extra ?? residuals ?? hints ?? imageTokens);
      if (odd)
        throw new AppError('invalid_request', `The model ${model} takes no masks, ControlNets or picture prompts.`);
      const feeds = Object.fromEntries(
        network.inputs.map((input) => [input.name, fills[input.name]!(rows, input, model)]),
      );
      const all = (await network.run(feeds, clock))[output.name]!;
      const size = all.length / rows.length;
      const { height, width } = rows[0]!;
      return rows.map((_, i) => {
        const answer = all.slice(i * size, (i + 1) * size);
        return isFlux ? unpack(answer, { channels, height, width }) : answer;
      });
    },
  };
}

/** Diffusers gives these exports a timestep per row, whatever they call that axis. */
function times(rows: readonly Row[], { shape }: Port, unit: number): Feed {
  const data = rows.map(({ timestep }) => timestep * unit);
  if (shape.length === 0) return { data: [data[0]!], dims: [] };
  return shape[0] === 1 ? { data: [data[0]!], dims: [1] } : { data, dims: [rows.length] };
}

/** [tokens, 3]; in older exports once for every row. */
function places(ids: Float32Array, rows: readonly Row[], { shape }: Port): Feed {
  if (shape.length < 3) return { data: ids, dims: [ids.length / 3, 3] };
  return { data: concat(rows.map(() => ids)), dims: [rows.length, ids.length / 3, 3] };
}
