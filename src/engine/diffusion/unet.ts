/** A U-Net of the Stable Diffusion family, row by row: many images, steps and prompts in one call. */
import { AppError } from '../../core/errors.ts';
import type { Feed, Network, Port } from '../network.ts';
import { concat } from '../tensor.ts';
import type { PredictorConfig } from './layout.ts';
import type { Predictor, Row } from './predictor.ts';
import { intrablockShapes, residualShapes } from './residual-shapes.ts';
import { timestepPort } from './timestep.ts';
import { UNET_INPUTS, type UnetFacts } from './unet-inputs.ts';

interface UnetOptions {
  model: string;
  config: PredictorConfig;
  /** Picture pixels per latent pixel. */
  factor: number;
  /** Latent channels, as the autoencoder has them. */
  channels: number;
}

const NEEDED = ['sample', 'timestep', 'encoder_hidden_states'];
const RESIDUAL = /^(down_block|mid_block|down_intrablock)/;

export function createUnet(network: Network, { model, config, factor, channels: latent }: UnetOptions): Predictor {
  const port = new Map(network.inputs.map((input) => [input.name, input]));
  const residuals = network.inputs.filter(({ name }) => RESIDUAL.test(name)).sort(byDepth);
  const missing = NEEDED.filter((name) => !port.has(name));
  const known = (name: string) => name === 'timestep' || name in UNET_INPUTS || RESIDUAL.test(name);
  const odd = [...missing.map((name) => `lacks ${name}`), ...[...port.keys()].filter((name) => !known(name))];
  if (odd.length > 0)
    throw new AppError(
      'invalid_request',
      `The model ${model} is of a kind this version cannot run: ${odd.join(', ')}.`,
    );

  const sample = port.get('sample')!;
  const timestep = timestepPort(port.get('timestep')!, sample);
  const output = network.outputs[0]!;
  const channels = typeof output.shape[1] === 'number' ? output.shape[1] : (config.out_channels ?? latent);
  const inputs = typeof sample.shape[1] === 'number' ? sample.shape[1] : (config.in_channels ?? channels);
  const facts: UnetFacts = { model, config, factor, channels, extraChannels: inputs - channels };
  const filled = network.inputs.filter(({ name }) => name in UNET_INPUTS);

  return {
    channels,
    extraChannels: facts.extraChannels,
    embedsGuidance: port.has('timestep_cond'),
    residuals,
    hints: hintCount(port.get('controlnet_conds')),
    imageTokens: port.has('image_tokens'),
    key: ({ height, width, condition, timestep: t, hints, imageTokens }) =>
      [
        height,
        width,
        condition.tokens,
        timestep.perRow ? 'any' : t,
        imageTokens?.tokens,
        hints?.map(({ scale }) => scale),
      ].join(),
    async run(rows, clock) {
      check(rows, facts, port);
      const feeds: Record<string, Feed> = { timestep: timestep.feed(rows) };
      for (const input of filled) feeds[input.name] = UNET_INPUTS[input.name]!(rows, input, facts);
      if (residuals.length > 0) Object.assign(feeds, residualFeeds(rows, residuals, facts));
      const all = (await network.run(feeds, clock))[output.name]!;
      const size = all.length / rows.length;
      return rows.map((_, i) => all.slice(i * size, (i + 1) * size));
    },
  };
}

const hintCount = (port: Port | undefined) => (!port ? 0 : typeof port.shape[0] === 'number' ? port.shape[0] : -1);

/** down_block_0 … down_block_11, the middle, then a T2I-Adapter's. */
const byDepth = (a: Port, b: Port) => depth(a) - depth(b);
const depth = ({ name }: Port) =>
  ['down_block', 'mid_block', 'down_intrablock'].findIndex((kind) => name.startsWith(kind)) * 1000 +
  Number(/\d+/.exec(name)?.[0] ?? 0);

/**
 * Zeros where a row has no ControlNet: it shares the call with those that have. What rows bring tells the shapes, since
 * not every U-Net is built like diffusers'; the configuration does where none brings any.
 */
function residualFeeds(rows: readonly Row[], ports: readonly Port[], facts: UnetFacts) {
  const given = ports.map((_, i) => rows.find(({ residuals }) => residuals?.[i])?.residuals?.[i]?.dims);
  const usual = given.includes(undefined) ? usualShapes(rows[0]!, ports, facts) : [];
  return Object.fromEntries(
    ports.map((port, i) => {
      const shape = usual[i] ?? given[i]!;
      const nothing = () => new Float32Array(shape.reduce((a, b) => a * b));
      const data = concat(rows.map(({ residuals }) => fitting(residuals?.[i], port, shape) ?? nothing()));
      return [port.name, { data, dims: [rows.length, ...shape] }];
    }),
  );
}

/** Of every port, in a U-Net built like diffusers'. */
function usualShapes({ height, width }: Row, ports: readonly Port[], { config, model }: UnetFacts) {
  const has = (kind: string) => ports.some(({ name }) => name.startsWith(kind));
  const shapes = [
    ...(has('down_block') ? residualShapes(config, height, width) : []),
    ...(has('down_intrablock') ? intrablockShapes(config, height, width) : []),
  ];
  if (shapes.length === ports.length) return shapes;
  throw new AppError(
    'model_corrupt',
    `The model ${model} takes ${ports.length} ControlNet residuals, but its unet/config.json makes ${shapes.length}.`,
  );
}

/** Channels by what the graph says, the rest by what the other rows of the call bring. */
function fitting(feed: Feed | undefined, { name, shape: named }: Port, shape: readonly number[]) {
  if (!feed) return undefined;
  const wanted = shape.map((size, i) => (typeof named[i + 1] === 'number' ? Number(named[i + 1]) : size));
  if (feed.dims.join() === wanted.join()) return feed.data as Float32Array;
  throw new AppError(
    'invalid_request',
    `This ControlNet does not belong to this model: it gives ${feed.dims.join('×')} where ${name} wants ${wanted.join('×')}.`,
  );
}

/** What a row brings and the network has no input for would be ignored without a word. */
function check(
  rows: readonly Row[],
  { model, channels, extraChannels }: UnetFacts,
  port: ReadonlyMap<string, unknown>,
) {
  for (const { extra, residuals, hints, imageTokens, height, width } of rows) {
    const given = (extra?.length ?? 0) / (height * width);
    if (given !== extraChannels)
      throw new AppError(
        'invalid_request',
        `The model ${model} takes ${channels} + ${extraChannels} channels; ${given} extra were given.`,
      );
    const unheard =
      (residuals && ![...port.keys()].some((name) => RESIDUAL.test(name)) && 'ControlNet residuals') ||
      (hints && !port.has('controlnet_conds') && 'hint pictures') ||
      (imageTokens && !port.has('image_tokens') && 'picture prompts');
    if (unheard) throw new AppError('invalid_request', `The model ${model} has no input for ${unheard}.`);
  }
}
