/** The layers diffusion networks are made of, in the operators that exports from torch have. */
import type { GraphBuilder } from '../../src/engine/onnx/builder.ts';
import { float } from '../../src/engine/onnx/node.ts';
import type { Weights } from './weights.ts';

/** Takes and answers names of tensors; `path` is the layer's place in the model, as torch would call it. */
export type Layers = ReturnType<typeof createLayers>;

export function createLayers(graph: GraphBuilder, weights: Weights, type: 'float32' | 'float16' = 'float32') {
  let count = 0;
  const node: (op: string, inputs: string[], path: string, attributes?: Parameters<GraphBuilder['node']>[3]) => string =
    (op, inputs, path, attributes) => {
      const name = `/${path.replace(/\./g, '/')}/${op}`;
      return graph.node(op, inputs, `${name}_output_${count++}`, attributes, { name: `${name}_${count}` });
    };
  const ints = (values: number[]) =>
    graph.weight(`ints_${count++}`, [values.length], BigInt64Array.from(values.map(BigInt)));
  const number = (value: number) => weights.constant(`number_${count++}`, [], value);

  const reshape = (x: string, shape: number[], path: string) => node('Reshape', [x, ints(shape)], path);
  const transpose = (x: string, perm: number[], path: string) => node('Transpose', [x], path, { perm });
  const add = (a: string, b: string, path: string) => node('Add', [a, b], path);
  const mul = (a: string, b: string, path: string) => node('Mul', [a, b], path);
  const silu = (x: string, path: string) => mul(x, node('Sigmoid', [x], path), path);
  const concat = (parts: string[], axis: number, path: string) => node('Concat', parts, path, { axis });

  const conv = (x: string, path: string, from: number, to: number, kernel = 3, stride = 1) =>
    node(
      'Conv',
      [x, weights.random(`${path}.weight`, [to, from, kernel, kernel]), weights.constant(`${path}.bias`, [to], 0)],
      path,
      { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: Array<number>(4).fill(kernel >> 1) },
    );

  const linear = (x: string, path: string, from: number, to: number, { bias = true } = {}) => {
    const product = node('MatMul', [x, weights.random(`${path}.weight`, [from, to])], path);
    return bias ? add(product, weights.random(`${path}.bias`, [1, to], 0.1), path) : product;
  };

  /** As torch exports it: instance norm over [rows, groups, all the rest], then scale and shift. */
  const groupNorm = (x: string, path: string, channels: number, groups: number) => {
    const flat = reshape(x, [0, groups, -1], path);
    const one = weights.constant(`${path}.ones`, [groups], 1);
    const zero = weights.constant(`${path}.zeros`, [groups], 0);
    const normal = node('InstanceNormalization', [flat, one, zero], path, { epsilon: float(1e-5) });
    const back = node('Reshape', [normal, node('Shape', [x], path)], path);
    const scaled = mul(back, weights.constant(`${path}.weight`, [channels, 1, 1], 1), path);
    return add(scaled, weights.constant(`${path}.bias`, [channels, 1, 1], 0), path);
  };

  const layerNorm = (x: string, path: string, width: number) =>
    node(
      'LayerNormalization',
      [x, weights.constant(`${path}.weight`, [width], 1), weights.constant(`${path}.bias`, [width], 0)],
      path,
      { axis: -1, epsilon: float(1e-5) },
    );

  /** x [rows, tokens, width] asks, `context` [rows, tokens, contextWidth] answers. */
  const attention = (x: string, context: string, path: string, width: number, contextWidth: number, heads: number) => {
    const split = (y: string) => transpose(reshape(y, [0, 0, heads, width / heads], path), [0, 2, 1, 3], path);
    const q = split(linear(x, `${path}.to_q`, width, width, { bias: false }));
    const k = split(linear(context, `${path}.to_k`, contextWidth, width, { bias: false }));
    const v = split(linear(context, `${path}.to_v`, contextWidth, width, { bias: false }));
    const scores = node('MatMul', [q, transpose(k, [0, 1, 3, 2], path)], path);
    const shares = node('Softmax', [mul(scores, number(1 / Math.sqrt(width / heads)), path)], path, { axis: -1 });
    const mixed = transpose(node('MatMul', [shares, v], path), [0, 2, 1, 3], path);
    return linear(reshape(mixed, [0, 0, width], path), `${path}.to_out.0`, width, width);
  };

  const gelu = (x: string, path: string) => {
    const erf = node('Erf', [mul(x, number(Math.SQRT1_2), path)], path);
    return mul(mul(x, add(erf, number(1), path), path), number(0.5), path);
  };

  /** t [rows] → [rows, width]: cosines, then sines, as diffusers' time_proj with flip_sin_to_cos. */
  const sinusoids = (t: string, path: string, width: number) => {
    const half = width / 2;
    const rates = Array.from({ length: half }, (_, i) => Math.exp((-Math.log(10_000) * i) / half));
    // Angles reach 1000: halves would not tell neighbours apart, so exports keep this part in float32.
    const wide = type === 'float16' ? node('Cast', [t], path, { to: 1 }) : t;
    const rate = graph.weight(`${path}.rates`, [1, half], Float32Array.from(rates));
    const angles = mul(reshape(wide, [-1, 1], path), rate, path);
    const both = concat([node('Cos', [angles], path), node('Sin', [angles], path)], 1, path);
    return type === 'float16' ? node('Cast', [both], path, { to: 10 }) : both;
  };

  /** Twice as high and wide, each pixel four times. */
  const enlarge = (x: string, path: string) => {
    const scales = graph.weight(`scales_${count++}`, [4], Float32Array.of(1, 1, 2, 2));
    return node('Resize', [x, '', scales], path, {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    });
  };

  return {
    graph,
    weights,
    node,
    ints,
    number,
    reshape,
    transpose,
    add,
    mul,
    silu,
    concat,
    conv,
    linear,
    groupNorm,
    layerNorm,
    attention,
    gelu,
    sinusoids,
    enlarge,
  };
}
