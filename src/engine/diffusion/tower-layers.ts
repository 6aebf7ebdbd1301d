/** Which output of a text encoder a model is conditioned on. */
import { AppError } from '../../core/errors.ts';
import type { Family } from './family.ts';
import type { TextTower } from './text-tower.ts';

export interface Layer {
  /** Name of the graph's output. */
  output: string;
  /** It is an earlier layer, to be brought through the final layer norm. */
  norm: boolean;
}

const HIDDEN = /^hidden_states\.(\d+)$/;

/**
 * `skip` counts as Automatic1111 does: 1 is the layer the model was trained with. That is the last one for Stable
 * Diffusion (version 2 is exported without its very last), and the one before it, never normed, for SDXL and SD3.
 */
export function layerOf({ role, network }: TextTower, family: Family, skip: number, model: string): Layer {
  const names = network.outputs.map(({ name }) => name);
  const last = { output: names.includes('last_hidden_state') ? 'last_hidden_state' : names[0]!, norm: false };
  if (role === 't5' || family === 'flux') return last;
  const usesLast = family === 'sd1' || family === 'sd2';
  if (usesLast && skip === 1) return last;
  const layers = names.flatMap((name) => HIDDEN.exec(name)?.[1] ?? []).map(Number);
  if (layers.length === 0 && usesLast)
    throw new AppError(
      'invalid_request',
      `The text encoder of ${model} was exported without its inner layers, so clip skip cannot be used. Leave it out, or export the model again with hidden states.`,
    );
  if (layers.length === 0)
    throw new AppError(
      'model_missing',
      `The text encoder of ${model} lacks the outputs hidden_states.0, hidden_states.1, … which such a model needs. Export it again with hidden states.`,
    );
  const most = Math.max(...layers) - (usesLast ? 0 : 1);
  if (skip > most)
    throw new AppError(
      'invalid_request',
      `Clip skip for ${model} can be 1 to ${most}: its text encoder has no more layers.`,
    );
  const index = Math.max(...layers) - skip + (usesLast ? 1 : 0);
  return { output: `hidden_states.${index}`, norm: usesLast };
}

/** The last layer before the final norm. */
export const lastHidden = ({ network }: TextTower): string => {
  const layers = network.outputs.flatMap(({ name }) => HIDDEN.exec(name)?.[1] ?? []).map(Number);
  return `hidden_states.${Math.max(...layers)}`;
};
