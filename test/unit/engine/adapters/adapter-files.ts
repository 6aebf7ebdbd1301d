/** Adapter files as their trainers write them, and a network small enough to check by hand. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGraph } from '../../../../src/engine/onnx/builder.ts';
import { fromFloats, toFloats } from '../../../../src/engine/onnx/elements.ts';
import { inlineBytes } from '../../../../src/engine/onnx/initializer.ts';
import { readModel } from '../../../../src/engine/onnx/model.ts';
import { createGenerator } from '../../../../src/engine/random.ts';

export interface Entry {
  shape: readonly number[];
  data: Float32Array;
  type?: 'F32' | 'F16' | 'BF16';
}
export type Entries = Readonly<Record<string, Entry>>;

const TYPES = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;

export const aFolder = (): string => mkdtempSync(join(tmpdir(), 'atelier-test-'));

/** Writes the bytes of a safetensors file and answers where. */
export function aSafetensors(
  entries: Entries,
  {
    metadata,
    name = 'adapter.safetensors',
    folder = aFolder(),
  }: { metadata?: Record<string, string>; name?: string; folder?: string } = {},
): string {
  let at = 0;
  const parts: Uint8Array[] = [];
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  for (const [key, { shape, data, type = 'F32' }] of Object.entries(entries)) {
    const bytes = fromFloats(TYPES[type], data);
    header[key] = { dtype: type, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
    parts.push(bytes);
  }
  return aRawSafetensors(JSON.stringify(header), Buffer.concat(parts), join(folder, name));
}

export function aRawSafetensors(
  header: string | Uint8Array,
  data: Uint8Array,
  file = join(aFolder(), 'adapter.safetensors'),
): string {
  const text = Buffer.from(header as string);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file, Buffer.concat([length, text, data]));
  return file;
}

/** Normal numbers, the same for the same seed. */
export const numbers = (seed: number, ...shape: number[]): Entry => ({
  shape,
  data: createGenerator(seed).randn(shape.reduce((a, b) => a * b, 1)),
});

/** A convolution, a linear layer the way torch exports it (folded, transposed, nameless), and one as Gemm. */
export function aNetwork({ type = 'float32' as 'float32' | 'float16', folder = aFolder() } = {}): string {
  const graph = createGraph({ opset: 17 });
  const wide = (name: string) => (type === 'float32' ? name : graph.node('Cast', [name], `${name}_wide`, { to: 1 }));
  graph.input('sample', 'float32', ['batch', 4, 'height', 'width']);
  graph.output('out_sample', 'float32', ['batch', 'pixels', 6]);
  graph.weight('down_blocks.0.conv.weight', [5, 4, 3, 3], numbers(1, 5, 4, 3, 3).data, type);
  graph.weight('onnx::MatMul_12', [5, 6], numbers(2, 5, 6).data, type);
  graph.weight('time_embedding.linear_1.weight', [6, 6], numbers(3, 6, 6).data, type);
  graph.weight('shape', [3], BigInt64Array.of(0n, 5n, -1n));
  graph.weight('flat', [2], BigInt64Array.of(-1n, 6n));
  graph.weight('full', [3], BigInt64Array.of(1n, -1n, 6n));
  graph.node(
    'Conv',
    ['sample', wide('down_blocks.0.conv.weight')],
    'c',
    { pads: [1, 1, 1, 1] },
    { name: '/down_blocks.0/conv/Conv' },
  );
  graph.node('Reshape', ['c', 'shape'], 'r');
  graph.node('Transpose', ['r'], 't', { perm: [0, 2, 1] });
  const query = '/down_blocks.0/attentions.0/transformer_blocks.0/attn1/to_q/MatMul';
  graph.node('MatMul', ['t', wide('onnx::MatMul_12')], 'q', {}, { name: query });
  graph.node('Reshape', ['q', 'flat'], 'f');
  graph.node(
    'Gemm',
    ['f', wide('time_embedding.linear_1.weight')],
    'g',
    { transB: 1 },
    { name: '/time_embedding/linear_1/Gemm' },
  );
  graph.node('Reshape', ['g', 'full'], 'out_sample');
  const file = join(folder, 'model.onnx');
  writeFileSync(file, graph.bytes());
  return file;
}

/** A weight of a graph, by name, in float32. */
export function weightOf(bytes: Uint8Array, name: string): Float32Array {
  const weight = readModel(bytes).initializers.find((weight) => weight.name === name)!;
  return toFloats(weight.type as 'float32', inlineBytes(weight)!);
}
