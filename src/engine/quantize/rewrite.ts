/** A graph whose large products are of 8-bit integers. */
import { bytesOf, elementId } from '../onnx/elements.ts';
import { type Initializer, inlineInitializer } from '../onnx/initializer.ts';
import type { Model } from '../onnx/model.ts';
import { type Operation, operation } from '../onnx/node.ts';
import { traceGraph } from '../onnx/trace.ts';
import { toInt8 } from './int8.ts';
import { type Range, toStep } from './range.ts';

/** What becomes of a node. */
interface Replacement {
  nodes: Operation[];
  weights: Initializer[];
}

export interface Quantizable {
  node: Operation;
  kind: 'matmul' | 'conv';
  weight: Initializer;
  transposed: boolean;
}

const LEAST_ELEMENTS = 2048; // smaller products do not earn their rounding

/** Convolutions and products with a weight that are worth it. */
export function findQuantizable(model: Model): Quantizable[] {
  const trace = traceGraph(model);
  return model.nodes.flatMap((node): Quantizable[] => {
    if (node.domain || (node.op !== 'MatMul' && node.op !== 'Conv')) return [];
    const found = trace.behind(node.inputs[1] ?? '');
    if (!found || found.weight.dims.reduce((a, b) => a * b, 1) < LEAST_ELEMENTS) return [];
    if (node.op === 'Conv') return found.transposed ? [] : [{ node, kind: 'conv', ...found }];
    return found.weight.dims.length === 2 ? [{ node, kind: 'matmul', ...found }] : [];
  });
}

/** Floats in the order the node reads them. */
export type FloatsOf = (weight: Initializer) => Promise<Float32Array>;

/** x·W with x quantised as it comes: DynamicQuantizeLinear, MatMulInteger, and the scales multiplied back. */
export async function quantizeMatMul(
  { node, weight, transposed }: Quantizable,
  floatsOf: FloatsOf,
): Promise<Replacement> {
  const [x, out] = [node.inputs[0]!, node.outputs[0]!];
  const values = await floatsOf(weight);
  const [inner, outer] = transposed ? [weight.dims[1]!, weight.dims[0]!] : [weight.dims[0]!, weight.dims[1]!];
  const { data, scales } = toInt8(transposed ? flipped(values, outer, inner) : values, outer, 1);
  const name = (part: string) => `${out}_${part}`;
  const step = (op: string, inputs: string[], outputs: string[], attributes = {}) =>
    operation({ op, inputs, outputs, attributes, name: `${node.name}_${op}` });
  const shared = { x: `${x}_dynamic_int8`, scale: `${x}_dynamic_scale`, zero: `${x}_dynamic_zero` };
  return {
    nodes: [
      operation({
        op: 'DynamicQuantizeLinear',
        inputs: [x],
        outputs: [shared.x, shared.scale, shared.zero],
        name: shared.x,
      }),
      step('MatMulInteger', [shared.x, name('int8'), shared.zero], [name('sum')]),
      step('Cast', [name('sum')], [name('float')], { to: elementId('float32') }),
      step('Mul', [shared.scale, name('scales')], [name('scale')]),
      operation({ op: 'Mul', inputs: [name('float'), name('scale')], outputs: [out], name: `${node.name}_Scaled` }),
    ],
    weights: [
      inlineInitializer(name('int8'), 'int8', [inner, outer], bytesOf(data)),
      inlineInitializer(name('scales'), 'float32', [outer], bytesOf(scales)),
    ],
  };
}

/** A convolution between steps that were measured beforehand, in the form that runtimes know to fuse. */
export async function quantizeConv(
  { node, weight }: Quantizable,
  floatsOf: FloatsOf,
  bias: Float32Array | undefined,
  ranges: ReadonlyMap<string, Range>,
): Promise<Replacement> {
  const [x, out] = [node.inputs[0]!, node.outputs[0]!];
  const values = await floatsOf(weight);
  const channels = weight.dims[0]!;
  const { data, scales } = toInt8(values, channels, values.length / channels);
  const [before, after] = [toStep(ranges.get(x)!), toStep(ranges.get(out)!)];
  const name = (part: string) => `${out}_${part}`;
  const input = `${x}_int8`;
  const weights = [
    ...stepWeights(input, before),
    ...stepWeights(name('int8'), after),
    inlineInitializer(name('weight_int8'), 'int8', weight.dims, bytesOf(data)),
    inlineInitializer(name('weight_scale'), 'float32', [channels], bytesOf(scales)),
    inlineInitializer(name('weight_zero'), 'int8', [channels], new Uint8Array(channels)),
  ];
  const nodes = [
    ...around(x, input, `${input}_float`),
    operation({
      ...{ op: 'DequantizeLinear', inputs: [name('weight_int8'), name('weight_scale'), name('weight_zero')] },
      ...{ outputs: [name('weight')], attributes: { axis: 0 }, name: name('weight_DequantizeLinear') },
    }),
  ];
  const inputs = [`${input}_float`, name('weight')];
  if (bias) {
    const biasScales = scales.map((scale) => scale * before.scale);
    const whole = Int32Array.from(bias, (value, i) => Math.round(value / biasScales[i]!));
    weights.push(
      inlineInitializer(name('bias_int32'), 'int32', [channels], bytesOf(whole)),
      inlineInitializer(name('bias_scale'), 'float32', [channels], bytesOf(biasScales)),
    );
    nodes.push(
      operation({
        ...{ op: 'DequantizeLinear', inputs: [name('bias_int32'), name('bias_scale')] },
        ...{ outputs: [name('bias')], attributes: { axis: 0 }, name: name('bias_DequantizeLinear') },
      }),
    );
    inputs.push(name('bias'));
  }
  const { attributes } = node;
  const kept = Object.fromEntries(
    [...attributes].map(([key, { int, ints, text }]) => [key, ints ?? int ?? text ?? '']),
  );
  nodes.push(
    operation({ op: 'Conv', inputs, outputs: [name('exact')], attributes: kept, name: node.name }),
    ...around(name('exact'), name('int8'), out),
  );
  return { nodes, weights };
}

/** To steps and back. */
const around = (from: string, steps: string, to: string): Operation[] => [
  operation({
    op: 'QuantizeLinear',
    inputs: [from, `${steps}_scale`, `${steps}_zero`],
    outputs: [steps],
    name: `${steps}_QuantizeLinear`,
  }),
  operation({
    op: 'DequantizeLinear',
    inputs: [steps, `${steps}_scale`, `${steps}_zero`],
    outputs: [to],
    name: `${to}_DequantizeLinear`,
  }),
];

const stepWeights = (steps: string, { scale, zero }: { scale: number; zero: number }): Initializer[] => [
  inlineInitializer(`${steps}_scale`, 'float32', [], bytesOf(Float32Array.of(scale))),
  inlineInitializer(`${steps}_zero`, 'uint8', [], Uint8Array.of(zero)),
];

function flipped(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) out[column * rows + row] = values[row * columns + column]!;
  return out;
}

/** The graph with these nodes replaced, and without what nobody reads any more. */
export function replaceNodes(model: Model, replacements: Map<Operation, Replacement>): Model {
  const made = new Set<string>();
  const once = (nodes: readonly Operation[]) =>
    nodes.filter(({ outputs }) => {
      if (outputs.some((output) => made.has(output))) return false; // shared by several readers of one value
      for (const output of outputs) made.add(output);
      return true;
    });
  const nodes = model.nodes.flatMap((node) => once(replacements.get(node)?.nodes ?? [node]));
  const added = new Map(
    [...replacements.values()].flatMap(({ weights }) => weights).map((weight) => [weight.name, weight]),
  );
  return pruned(
    { ...model, nodes, initializers: [...model.initializers, ...added.values()] },
    new Set(replacements.keys()),
  );
}

/** Drops the weights of replaced nodes, and the casts before them; anything else stays, read or not. */
function pruned(model: Model, gone: ReadonlySet<Operation>): Model {
  let { nodes, initializers } = model;
  const unread = new Set([...gone].flatMap(({ inputs }) => inputs.slice(1)));
  const outputs = new Set(model.outputs.map(({ name }) => name));
  for (let more = true; more; ) {
    const read = new Set(nodes.flatMap(({ inputs }) => inputs));
    const dead = new Set([...unread].filter((name) => !read.has(name) && !outputs.has(name)));
    const idle = nodes.filter((node) => node.outputs.every((output) => dead.has(output)));
    for (const name of idle.flatMap(({ inputs }) => inputs)) unread.add(name);
    nodes = nodes.filter((node) => !idle.includes(node));
    initializers = initializers.filter(({ name }) => !dead.has(name));
    more = idle.length > 0;
  }
  return { ...model, nodes, initializers };
}
