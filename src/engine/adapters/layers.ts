/** Where a graph keeps the weight of each layer of the network it was exported from. */
import type { Initializer } from '../onnx/initializer.ts';
import type { Model } from '../onnx/model.ts';
import type { Operation } from '../onnx/node.ts';
import { type Trace, traceGraph } from '../onnx/trace.ts';

export interface Layer {
  /** As in the original network: down_blocks.0.attentions.0.proj_in */
  path: string;
  /** The initializer's name in the graph. */
  weight: string;
  /** [out, in, …kernel] as the original network has it, however the graph stores it. */
  shape: readonly number[];
  /** Stored as [in, out]: what becomes of a linear layer without a batch axis of its own. */
  transposed: boolean;
}

/** Layers by their path with every dot an underscore, the one spelling that all adapter files can be brought to. */
export type Layers = ReadonlyMap<string, Layer>;

export const keyOf = (path: string): string => path.replaceAll('.', '_');

/**
 * Exporters name convolutions' weights after their layer, but fold linear layers into `onnx::MatMul_123`, transposed.
 * Such a layer is known by its node (`/mid_block/attentions.0/to_q/MatMul`), by the bias that is added to it, or by
 * the scope that newer exporters note.
 */
export function findLayers(model: Model): Layers {
  const trace = traceGraph(model);
  const layers = new Map<string, Layer>();
  for (const node of model.nodes) {
    if (node.domain || !LAYERS.has(node.op)) continue;
    const found = trace.behind(node.inputs[1] ?? '');
    if (!found || found.weight.dims.length < 2) continue;
    const flipped = node.op === 'MatMul' || (node.op === 'Gemm' && !node.attributes.get('transB')?.int);
    const transposed = flipped !== found.transposed;
    const { dims } = found.weight;
    const shape = transposed ? [dims[1]!, dims[0]!] : dims;
    for (const path of pathsOf(node, found.weight, trace)) {
      const key = keyOf(path);
      if (!layers.has(key)) layers.set(key, { path, weight: found.weight.name, shape, transposed });
    }
  }
  return layers;
}

const LAYERS = new Set(['Conv', 'MatMul', 'Gemm']);

/** What the layer may be called, surest first. */
function pathsOf(node: Operation, weight: Initializer, trace: Trace): string[] {
  const bias = trace
    .readers(node.outputs[0] ?? '')
    .filter(({ op }) => op === 'Add')
    .flatMap(({ inputs }) => inputs)
    .map((input) => (trace.weight(input) ? parameter(input, 'bias') : undefined));
  const scope = node.name.split('/').slice(1, -1);
  return [
    parameter(weight.name, 'weight'),
    ...bias,
    scope.length > 0 ? folded(scope) : undefined,
    scope.length > 0 ? scope.join('.') : undefined,
    noted(node.metadata.get('pkg.torch.onnx.name_scopes')),
  ].filter((path) => path !== undefined);
}

/** `x.weight`, whatever was hung on its end for storing it. */
const parameter = (name: string, kind: string): string | undefined =>
  new RegExp(`^(.+)\\.${kind}(_fp16|_transposed)?$`).exec(name)?.[1];

/** torch names a list's members after the list once more: canvas, canvas.0 is canvas.0. */
const folded = (scope: readonly string[]): string =>
  scope.filter((part, i) => !scope[i + 1]?.startsWith(`${part}.`)).join('.');

/** `['', 'mid_block', 'mid_block.attentions.0', 'matmul']`: the last but one is the layer. */
const noted = (scopes: string | undefined): string | undefined =>
  [...(scopes?.matchAll(/'([^']*)'/g) ?? [])].map(([, path]) => path!).at(-2) || undefined;

/** The layer of an adapter's path. Graphs may have something around the network, or lack what is around it elsewhere. */
export function findLayer(layers: Layers, path: string): Layer | undefined {
  const key = keyOf(path);
  const exact = layers.get(key) ?? layers.get(key.replace(/^text_model_/, ''));
  if (exact) return exact;
  const inner = [...layers].filter(([other]) => other.endsWith(`_${key}`));
  return inner.length === 1 ? inner[0]![1] : undefined;
}
