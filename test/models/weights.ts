/** Random weights by name: the same for the same name, whatever the order they are asked for in. */
import { createHash } from 'node:crypto';
import type { GraphBuilder } from '../../src/engine/onnx/builder.ts';

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
