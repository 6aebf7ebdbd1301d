/** Random weights by name: the same for the same name, whatever the order they are asked for in. */
import { createHash } from 'node:crypto';
import type { GraphBuilder } from '../../src/engine/onnx/builder.ts';
import { fromFloats } from '../../src/engine/onnx/elements.ts';

export interface Weights {
  /** Uniform with the standard deviation that keeps a layer's answers as large as its inputs, times `gain`. */
  random(name: string, dims: readonly number[], gain?: number): string;
  constant(name: string, dims: readonly number[], value: number | readonly number[]): string;
}

/** Inside the graph's own file. */
export function inlineWeights(graph: GraphBuilder, type: 'float32' | 'float16', seed: string): Weights {
  return {
    random(name, dims, gain = 1) {
      const values = new Float32Array(dims.reduce((a, b) => a * b));
      fillUniform(values, `${seed}/${name}`, bound(dims, gain));
      return graph.weight(name, dims, values, type);
    },
    constant(name, dims, value) {
      const size = dims.reduce((a, b) => a * b, 1);
      const values = typeof value === 'number' ? new Float32Array(size).fill(value) : Float32Array.from(value);
      return graph.weight(name, dims, values, type);
    },
  };
}

/** In a file beside the graph, all but the smallest: `append` writes there. */
export function externalWeights(
  graph: GraphBuilder,
  type: 'float32' | 'float16',
  seed: string,
  { location, append, least = 4096 }: { location: string; append: (bytes: Uint8Array) => void; least?: number },
): Weights {
  const inline = inlineWeights(graph, type, seed);
  let offset = 0;
  return {
    constant: inline.constant,
    random(name, dims, gain = 1) {
      const size = dims.reduce((a, b) => a * b);
      if (size < least) return inline.random(name, dims, gain);
      const values = new Float32Array(size);
      fillUniform(values, `${seed}/${name}`, bound(dims, gain));
      const bytes = type === 'float32' ? new Uint8Array(values.buffer) : fromFloats(type, values);
      append(bytes);
      offset += bytes.length;
      return graph.external(name, type, dims, { location, offset: offset - bytes.length, length: bytes.length });
    },
  };
}

/** Kernels are [out, in, …], matrices [in, out]. */
export const bound = (dims: readonly number[], gain: number): number =>
  gain * Math.sqrt(3 / (dims.length === 2 ? dims[0]! : dims.slice(1).reduce((a, b) => a * b, 1)));

/** Marsaglia's xorshift128: fast enough for a billion of them. */
export function fillUniform(values: Float32Array, seed: string, bound: number): void {
  const hash = createHash('sha256').update(seed).digest();
  let [x, y, z, w] = [0, 4, 8, 12].map((at) => hash.readUInt32LE(at)) as [number, number, number, number];
  for (let i = 0; i < values.length; i++) {
    const t = x ^ (x << 11);
    [x, y, z] = [y, z, w];
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    values[i] = (w / 2 ** 31) * bound; // w is a signed 32-bit number
  }
}
