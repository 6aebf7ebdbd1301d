/** Learned words: new rows in a text encoder's table, and the ids that reach them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../../../src/core/log.ts';
import { modify, NO_ADDITIONS } from '../../../../src/engine/adapters/additions.ts';
import { type Device, openDevice } from '../../../../src/engine/device.ts';
import { openNetwork } from '../../../../src/engine/network.ts';
import { createGraph } from '../../../../src/engine/onnx/builder.ts';
import type { NetworkSource } from '../../../../src/engine/onnx/edit.ts';
import { aFolder, aSafetensors, type Entries, numbers } from './adapter-files.ts';

const [WORDS, WIDTH] = [10, 4]; // 9 ends a text, and is the largest id

/** Table and end of text as CLIP's exports have them: pooled at the place of the largest id. */
function aTextEncoder(ids: 'int64' | 'int32', stored: 'float32' | 'float16' = 'float32'): string {
  const graph = createGraph({ opset: 17 });
  graph.input('input_ids', ids, ['batch', 'sequence']);
  graph.output('last_hidden_state', 'float32', ['batch', 'sequence', WIDTH]);
  graph.output('end', 'int64', ['batch']);
  graph.weight('text_model.embeddings.token_embedding.weight', [WORDS, WIDTH], numbers(1, WORDS, WIDTH).data, stored);
  const table = 'text_model.embeddings.token_embedding.weight';
  const wide = stored === 'float32' ? table : graph.node('Cast', [table], 'table', { to: 1 });
  graph.node(
    'Gather',
    [wide, 'input_ids'],
    'last_hidden_state',
    {},
    { name: '/text_model/embeddings/token_embedding/Gather' },
  );
  const narrow = ids === 'int64' ? graph.node('Cast', ['input_ids'], 'narrow', { to: 6 }) : 'input_ids';
  graph.node('ArgMax', [narrow], 'end', { axis: -1, keepdims: 0 });
  const file = join(aFolder(), 'model.onnx');
  writeFileSync(file, graph.bytes());
  return file;
}

let device: Device;
beforeAll(async () => {
  device = await openDevice({ log: createLogger('silent') }, 'cpu', 1);
});

async function run(source: NetworkSource, ids: number[]) {
  const network = await openNetwork(device, source);
  const { last_hidden_state, end } = await network.run(
    { input_ids: { data: ids, dims: [1, ids.length] } },
    { runMs: 0 },
  );
  await network.release();
  return {
    rows: Array.from({ length: ids.length }, (_, i) => [...last_hidden_state!.slice(i * WIDTH, (i + 1) * WIDTH)]),
    end: end![0],
  };
}

const words = (...files: [name: string, entries: Entries][]) => ({
  ...NO_ADDITIONS,
  embeddings: files.map(([name, entries]) => ({ name, file: aSafetensors(entries) })),
});
const two = numbers(7, 2, WIDTH);
const one = numbers(8, WIDTH);
const rowsOf = ({ data }: { data: Float32Array }) =>
  Array.from({ length: data.length / WIDTH }, (_, i) => [...data.slice(i * WIDTH, (i + 1) * WIDTH)]);

describe.each(['int64', 'int32'] as const)('with %s ids', (type) => {
  it('new ids give the learned vectors, known ids what they gave, and the end is still found', async () => {
    const file = aTextEncoder(type);
    const { source, tokens } = await modify(
      file,
      'text_encoder',
      words(['Ink', { emb_params: two }], ['fog', { '<fog>': one }]),
    );
    expect([...tokens]).toEqual([
      ['<ink>', [10, 11]],
      ['<fog>', [12]],
    ]);
    const before = await run(file, [3, 4, 5, 9, 9]);
    const after = await run(source, [3, 10, 11, 12, 9, 9]);
    expect(after.rows.slice(1, 4)).toEqual([...rowsOf(two), ...rowsOf(one)]);
    expect(after.rows[0]).toEqual(before.rows[0]);
    expect(after.rows[4]).toEqual(before.rows[3]);
    expect([before.end, after.end]).toEqual([3, 4]);
  });
});

it('a table of halves stays one', async () => {
  const { source } = await modify(
    aTextEncoder('int64', 'float16'),
    'text_encoder',
    words(['ink', { emb_params: two }]),
  );
  const { rows } = await run(source, [10]);
  for (const [i, value] of rows[0]!.entries()) expect(value).toBeCloseTo(two.data[i]!, 2);
});

it('SDXL’s files have one tensor for each encoder', async () => {
  const entries = { clip_l: two, clip_g: numbers(9, 2, 6) };
  expect((await modify(aTextEncoder('int64'), 'text_encoder', words(['ink', entries]))).tokens.size).toBe(1);
  const second = modify(aTextEncoder('int64'), 'text_encoder_2', words(['ink', entries]));
  await expect(second).rejects.toThrow(/clip_g \[2, 6\].*vectors of 4 numbers/);
});

it.each<[string, Entries, RegExp]>([
  ['of another width', { emb_params: numbers(1, 1, 6) }, /another kind of model.*emb_params \[1, 6\]/],
  ['of several strange tensors', { a: one, b: one }, /2 tensors/],
  ['of the wrong rank', { emb_params: numbers(1, 1, 1, WIDTH) }, /shape/],
])('refuses an embedding %s', async (_, entries, message) => {
  await expect(modify(aTextEncoder('int64'), 'text_encoder', words(['ink', entries]))).rejects.toThrow(message);
});

it('leaves networks without words alone', async () => {
  const file = aTextEncoder('int64');
  expect((await modify(file, 'unet', words(['ink', { emb_params: two }]))).source).toBe(file);
});
