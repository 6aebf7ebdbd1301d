/** A ControlNet in a graph of its own: what a row shows it, with a hint, becomes residuals for the U-Net. Zhang et al. 2023. */
import { AppError } from '../../core/errors.ts';
import type { Answerer } from '../diffusion/batcher.ts';
import type { Residuals, Row } from '../diffusion/predictor.ts';
import { timestepPort } from '../diffusion/timestep.ts';
import { UNET_INPUTS, type UnetFacts } from '../diffusion/unet-inputs.ts';
import type { Feed, Network, Port } from '../network.ts';
import { concat } from '../tensor.ts';
import { arrange, type Shape } from './residuals.ts';

/** A row with its hint picture, [3, factor·height, factor·width]. */
export type ControlRow = Row & { hint: Float32Array };

interface Facts extends Pick<UnetFacts, 'model' | 'factor' | 'channels'> {
  /** What the U-Net's residuals may be, shallow first, the middle's last. */
  shapes: (height: number, width: number) => readonly (readonly Shape[])[];
}

/** What it needs as U-Nets do. */
const ALIKE = ['sample', 'encoder_hidden_states', 'text_embeds', 'time_ids'];
const NEEDED = ['sample', 'timestep', 'encoder_hidden_states', 'controlnet_cond'];
const KNOWN = [...ALIKE, ...NEEDED, 'conditioning_scale'];

/** Throws model_corrupt where the graph is no ControlNet. Answers are unweighted: rows of any weight share a call. */
export function createControlNet(network: Network, facts: Facts): Answerer<ControlRow, Residuals> {
  const port = new Map(network.inputs.map((input) => [input.name, input]));
  const odd = [
    ...NEEDED.filter((name) => !port.has(name)).map((name) => `lacks the input ${name}`),
    ...[...port.keys()].filter((name) => !KNOWN.includes(name)).map((name) => `has an input ${name}`),
  ];
  if (odd.length > 0)
    throw new AppError(
      'model_corrupt',
      `The control ${facts.model} cannot be run: it ${odd.join(', ')}. Exports that chose other names map them under names.graph in model.json.`,
    );
  const timestep = timestepPort(port.get('timestep')!, port.get('sample')!);
  const unetFacts: UnetFacts = { ...facts, config: {}, extraChannels: 0 };

  return {
    key: ({ height, width, condition, timestep: t }) =>
      [height, width, condition.tokens, timestep.perRow ? 'any' : t].join(),
    async run(rows, clock) {
      const { height, width } = rows[0]!;
      const plain = rows.map(({ extra: _, ...row }) => row); // inpainting's channels are the U-Net's alone
      const feeds: Record<string, Feed> = {
        timestep: timestep.feed(plain),
        controlnet_cond: {
          data: concat(rows.map(({ hint }) => hint)),
          dims: [rows.length, 3, height * facts.factor, width * facts.factor],
        },
      };
      for (const name of ALIKE) if (port.has(name)) feeds[name] = UNET_INPUTS[name]!(plain, port.get(name)!, unetFacts);
      const scale = port.get('conditioning_scale');
      if (scale) feeds.conditioning_scale = ones(scale, rows.length);

      const answers = await network.run(feeds, clock);
      const outputs = network.outputs.map(({ name }) => ({ name, data: answers[name]! }));
      const ordered = arrange(outputs, facts.shapes(height, width), rows.length, facts.model);
      return rows.map((_, row) =>
        ordered.map(({ data, dims }): Feed => {
          const size = data.length / rows.length;
          return { data: data.slice(row * size, (row + 1) * size), dims };
        }),
      );
    },
  };
}

/** A scale for all, or one per row. */
function ones({ shape }: Port, rows: number): Feed {
  const count = typeof shape[0] === 'string' ? rows : 1;
  return { data: new Array<number>(count).fill(1), dims: shape.length === 0 ? [] : [count] };
}
