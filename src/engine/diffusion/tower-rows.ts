/** A text encoder that answers rows of ids: many in one call, none twice. */
import { AppError } from '../../core/errors.ts';
import type { Clock } from '../network.ts';
import type { Turns } from '../sharing/turns.ts';
import { createBatcher, type RowLimits } from './batcher.ts';
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

interface IdRow {
  ids: readonly number[];
  height: 1;
  width: number;
  clock: Clock;
}

/** What a row's outputs are, by name. */
type Outputs = (name: string) => Float32Array;

interface Deps {
  tower: TextTower;
  turns: Pick<Turns, 'share'>;
  limits: RowLimits;
  /** For remembered answers. */
  budgetBytes: number;
  model: string;
}

const POOLED = ['text_embeds', 'pooler_output'];

export function createTowerRows({ tower, turns, limits, budgetBytes, model }: Deps) {
  const { network, tokenizer } = tower;
  const cache = createRowCache<TowerRow>(budgetBytes);
  const pooledName = POOLED.find((name) => network.outputs.some((output) => output.name === name));
  // Two at least: a single row may take another kernel and differ in the last bit.
  const [fewest, most] = [Math.max(2, limits.fewest), Math.max(2, limits.most)];

  /** Rows of all jobs that wait for words share calls. */
  const encode = createBatcher<IdRow, Outputs>(
    turns,
    {
      key: ({ width }) => String(width),
      async run(rows, clock) {
        const feed = { data: rows.flatMap(({ ids }) => ids), dims: [rows.length, rows[0]!.width] };
        const results = await network.run({ [network.inputs[0]!.name]: feed }, clock);
        return rows.map((_, i) => (name) => {
          const all = results[name]!;
          return all.slice((i * all.length) / rows.length, ((i + 1) * all.length) / rows.length);
        });
      },
    },
    { fewest, most, eager: true },
  );
  const run = (rows: readonly (readonly number[])[], clock: Clock) =>
    Promise.all(rows.map((ids) => encode({ ids, height: 1, width: ids.length, clock })));

  let norm: Promise<LayerNorm> | undefined;
  const finalNorm = async (clock: Clock): Promise<LayerNorm> => {
    const ids = tokenizer.encode('a photograph of an astronaut riding a horse');
    const [answer] = (await run([ids], clock)) as [Outputs];
    const [before, after] = [answer(lastHidden(tower)), answer('last_hidden_state')];
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
    const answers = await run(
      todo.map(([, ids]) => ids),
      clock,
    );
    for (const [i, [key]] of todo.entries()) {
      const answer = answers[i]!;
      const hidden = last ? applyLayerNorm(answer(output), last) : answer(output);
      const row = { hidden, ...(pooledName && { pooled: answer(pooledName) }) };
      found.set(key, row);
      cache.set(key, row, hidden.byteLength + (row.pooled?.byteLength ?? 0));
    }
    return (ids) => found.get(keyOf(ids))!;
  };
}
