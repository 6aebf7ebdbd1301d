/** Which of a ControlNet's outputs belongs to which skip connection, and how strongly it is added. */
import { AppError } from '../../core/errors.ts';
import type { Residuals } from '../diffusion/predictor.ts';
import type { Feed, Port } from '../network.ts';

/** [channels, height, width]. */
export type Shape = readonly [number, number, number];

export interface Output {
  name: string;
  /** [rows, channels, height, width] flat. */
  data: Float32Array;
}

const sizeOf = (shape: Shape) => shape.reduce((a, b) => a * b);
const isMiddle = ({ name }: Output) => name.startsWith('mid_block');

const DEEPEST = 6; // times that a U-Net halves its latent, at most

/**
 * What each of a U-Net's residual inputs may be for a latent of this size. As its configuration says (`usual`), if that
 * agrees with the inputs; otherwise as many channels as the input says, at any depth.
 */
export function shapesOf(
  ports: readonly Port[],
  usual: readonly Shape[],
  height: number,
  width: number,
): (readonly Shape[])[] {
  const agrees = ({ shape: [, channels] }: Port, i: number) =>
    typeof channels === 'string' || channels === usual[i]![0];
  if (usual.length === ports.length && ports.every(agrees)) return usual.map((shape) => [shape]);
  const at = (channels: number, depth: number): Shape => [
    channels,
    Math.ceil(height / 2 ** depth),
    Math.ceil(width / 2 ** depth),
  ];
  return ports.map(({ shape: [, channels] }) =>
    typeof channels === 'number' ? Array.from({ length: DEEPEST + 1 }, (_, depth) => at(channels, depth)) : [],
  );
}

/**
 * For every residual input the output that belongs there, as [rows, …shape] flat with its shape. Names decide where all
 * of them are `down_block_0`, `down_block_1` …, `mid_block…` (or mapped to these by model.json); otherwise the graph's
 * own order does, if every size fits; otherwise sizes do, equal ones in the graph's order. Exporters name what they
 * trace by accident: torch calls the second output of a ControlNet `mid_block_res_sample` when it is handed two names.
 */
export function arrange(
  outputs: readonly Output[],
  wanted: readonly (readonly Shape[])[],
  rows: number,
  model: string,
): { data: Float32Array; dims: Shape }[] {
  const fit = ({ data }: Output, i: number) => wanted[i]!.find((shape) => data.length === rows * sizeOf(shape));
  const named = byName(outputs);
  for (const order of named ? [named] : [outputs, bySize(outputs, wanted, rows)]) {
    if (order.length !== wanted.length) continue;
    const shapes = order.map(fit);
    if (shapes.every((shape) => shape)) return order.map(({ data }, i) => ({ data, dims: shapes[i]! }));
  }
  const gives = outputs.map(({ name, data }) => `${name} ${data.length / rows}`).join(', ');
  const wants = wanted.map(([shape]) => shape?.join('×') ?? 'anything').join(', ');
  throw new AppError(
    'invalid_request',
    `The control ${model} does not fit this model: it gives ${gives}; wanted are ${wants}. If it should, name its outputs under names.graph in its model.json.`,
  );
}

function byName(outputs: readonly Output[]): Output[] | undefined {
  const depth = ({ name }: Output) => Number(/^down_block_(\d+)/.exec(name)?.[1] ?? Number.NaN);
  const down = outputs.filter((output) => !Number.isNaN(depth(output)));
  const middle = outputs.filter(isMiddle);
  if (middle.length !== 1 || down.length + 1 !== outputs.length) return undefined;
  return [...down.sort((a, b) => depth(a) - depth(b)), ...middle];
}

function bySize(outputs: readonly Output[], wanted: readonly (readonly Shape[])[], rows: number): Output[] {
  const left = [...outputs];
  const order = wanted.flatMap((shapes) => {
    const at = left.findIndex(({ data }) => shapes.some((shape) => data.length === rows * sizeOf(shape)));
    return at < 0 ? [] : left.splice(at, 1);
  });
  return left.length > 0 ? [] : order;
}

/** Guess mode: shallow layers count a tenth, the middle all, evenly in the logarithm. Zhang et al. 2023, as diffusers' guess_mode. */
export const guessWeights = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => 10 ** (count === 1 ? 0 : i / (count - 1) - 1));

/** Σ weightₖ·residualₖ, per skip connection. */
export function addUp(terms: readonly { residuals: Residuals; weights: readonly number[] }[]): Residuals {
  const length = Math.max(...terms.map(({ residuals }) => residuals.length));
  return Array.from({ length }, (_, i) => {
    let sum: Feed | undefined;
    for (const { residuals, weights } of terms) {
      const [residual, weight] = [residuals[i], weights[i]!];
      if (!residual) continue;
      const before = sum?.data;
      const data = Float32Array.from(residual.data, (v, k) => (before?.[k] ?? 0) + weight * v);
      sum = { data, dims: residual.dims };
    }
    return sum;
  });
}
