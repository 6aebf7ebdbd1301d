/** A text encoder that answers rows of ids: many in one call, none twice. */
import { AppError } from '../../core/errors.ts';
import type { Clock } from '../network.ts';
import type { RowLimits } from './batcher.ts';
import { applyLayerNorm, fitLayerNorm, type LayerNorm } from './final-norm.ts';
import { createRowCache } from './prompt/row-cache.ts';
import type { TextTower } from './text-tower.ts';
import { type Layer, lastHidden } from './tower-layers.ts';

export interface TowerRow {
  /** [tokens, width] flat. */
  hidden: Float32Array;
  /** Of the whole row, where the graph gives it. */
  pooled?: Float32Array;
}

export type LookUp = (ids: readonly number[]) => TowerRow;

interface Deps {
  tower: TextTower;
  limits: RowLimits;
  /** For remembered answers. */
  budgetBytes: number;
  model: string;
}

const POOLED = ['text_embeds', 'pooler_output'];

export function createTowerRows({ tower, limits, budgetBytes, model }: Deps) {
  const { network, tokenizer } = tower;
  const cache = createRowCache<TowerRow>(budgetBytes);
  const pooledName = POOLED.find((name) => network.outputs.some((output) => output.name === name));
  // Two at least: a single row may take another kernel and differ in the last bit.
  const [fewest, most] = [Math.max(2, limits.fewest), Math.max(2, limits.most)];

  const run = async (rows: readonly (readonly number[])[], clock: Clock) => {
    const filled =
      rows.length < fewest ? [...rows, ...Array<readonly number[]>(fewest - rows.length).fill(rows[0]!)] : rows;
    const dims = [filled.length, filled[0]!.length];
    const results = await network.run({ [network.inputs[0]!.name]: { data: filled.flat(), dims } }, clock);
    return (name: string, i: number) => {
      const all = results[name]!;
      return all.slice((i * all.length) / filled.length, ((i + 1) * all.length) / filled.length);
    };
  };

  let norm: Promise<LayerNorm> | undefined;
  const finalNorm = async (clock: Clock): Promise<LayerNorm> => {
    const answer = await run(
      ['', 'a photograph of an astronaut riding a horse'].map((text) => tokenizer.encode(text)),
      clock,
    );
    const [before, after] = [answer(lastHidden(tower), 1), answer('last_hidden_state', 1)];
    const fitted = fitLayerNorm(before, after, before.length / tokenizer.encode('').length);
    if (fitted) return fitted;
    throw new AppError(
      'invalid_request',
      `The text encoder of ${model} does not end in a layer norm of its last hidden state, so clip skip cannot be used with it.`,
    );
  };

  return async (
    rows: readonly (readonly number[])[],
    { output, norm: normed }: Layer,
    clock: Clock,
  ): Promise<LookUp> => {
    if (normed) norm ??= finalNorm(clock);
    const last = normed ? await norm : undefined;
    const keyOf = (ids: readonly number[]) => `${output} ${ids.join()}`;
    const found = new Map<string, TowerRow>();
    const missing = new Map<string, readonly number[]>();
    for (const ids of rows) {
      const known = cache.get(keyOf(ids));
      if (known) found.set(keyOf(ids), known);
      else missing.set(keyOf(ids), ids);
    }
    const todo = [...missing];
    for (let at = 0; at < todo.length; at += most) {
      const batch = todo.slice(at, at + most);
      const answer = await run(
        batch.map(([, ids]) => ids),
        clock,
      );
      for (const [i, [key]] of batch.entries()) {
        const hidden = last ? applyLayerNorm(answer(output, i), last) : answer(output, i);
        const row = { hidden, ...(pooledName && { pooled: answer(pooledName, i) }) };
        found.set(key, row);
        cache.set(key, row, hidden.byteLength + (row.pooled?.byteLength ?? 0));
      }
    }
    return (ids) => found.get(keyOf(ids))!;
  };
}
