/** The noise predictor, row by row: many images, steps and prompts in one call. */
import { AppError } from '../../core/errors.ts';
import type { Network } from '../network.ts';
import { concat } from '../tensor.ts';
import type { Predictor } from './predictor.ts';

const INPUTS = ['sample', 'timestep', 'encoder_hidden_states'];

export function createUnet(network: Network, model: string): Predictor {
  const port = new Map(network.inputs.map((input) => [input.name, input]));
  const odd = [
    ...INPUTS.filter((name) => !port.has(name)),
    ...[...port.keys()].filter((name) => !INPUTS.includes(name)),
  ];
  if (odd.length > 0)
    throw new AppError(
      'invalid_request',
      `The model ${model} is of a kind this version cannot run: ${odd.join(', ')}.`,
    );
  const sample = port.get('sample')!.shape;
  const time = port.get('timestep')!.shape;
  const channels = Number(sample[1]);
  // Only an export whose timestep has the batch's own axis takes a timestep per row.
  const perRow = time.length === 1 && typeof time[0] === 'string' && time[0] === sample[0];

  return {
    channels,
    extraChannels: 0,
    embedsGuidance: false,
    key: ({ height, width, condition, timestep }) =>
      [height, width, condition.tokens, perRow ? 'any' : timestep].join(),
    async run(rows, clock) {
      const { height, width, condition } = rows[0]!;
      const times = perRow ? rows.map((row) => row.timestep) : [rows[0]!.timestep];
      const results = await network.run(
        {
          sample: { data: concat(rows.map((row) => row.sample)), dims: [rows.length, channels, height, width] },
          timestep: { data: times, dims: time.length === 0 ? [] : [times.length] },
          encoder_hidden_states: {
            data: concat(rows.map((row) => row.condition.data)),
            dims: [rows.length, condition.tokens, condition.width],
          },
        },
        clock,
      );
      const all = results[network.outputs[0]!.name]!;
      const size = all.length / rows.length;
      return rows.map((_, i) => all.slice(i * size, (i + 1) * size));
    },
  };
}
