/** Exports differ in how they take time: one number, one for the whole call, or one per row. The session tells. */
import type { Feed, Port } from '../network.ts';
import type { Row } from './predictor.ts';

export interface TimestepPort {
  /** Rows of different timesteps may share a call. */
  perRow: boolean;
  feed(rows: readonly Row[]): Feed;
}

/** `sample`: the input whose first axis is the batch. Only a timestep with that very axis is taken to be one per row. */
export function timestepPort({ shape }: Port, sample: Port): TimestepPort {
  const perRow = shape.length === 1 && typeof shape[0] === 'string' && shape[0] === sample.shape[0];
  return {
    perRow,
    feed(rows) {
      const data = perRow ? rows.map(({ timestep }) => timestep) : [rows[0]!.timestep];
      return { data, dims: shape.length === 0 ? [] : [data.length] };
    },
  };
}
