/** New rows in a text encoder's table of words. */
import { AppError } from '../../core/errors.ts';
import { bytesOf, elementId } from '../onnx/elements.ts';
import { type Initializer, inlineInitializer } from '../onnx/initializer.ts';
import type { Model } from '../onnx/model.ts';
import { type Operation, operation, withInputs } from '../onnx/node.ts';
import { traceGraph } from '../onnx/trace.ts';

/** The table that token ids are looked up in: [words, width]. */
export function findTable(model: Model, label: string): Initializer {
  const { maker: makerOf, behind } = traceGraph(model);
  const ids = new Set(model.inputs.map(({ name }) => name));
  const fromIds = (name: string): boolean => {
    const maker = makerOf(name);
    return (
      ids.has(name) || (!!maker && ['Cast', 'Reshape', 'Identity'].includes(maker.op) && fromIds(maker.inputs[0]!))
    );
  };
  const tables = model.nodes
    .filter(({ op, inputs }) => op === 'Gather' && fromIds(inputs[1]!))
    .map(({ inputs }) => behind(inputs[0]!)?.weight)
    .filter((table) => table?.dims.length === 2);
  const [table] = tables;
  if (table) return table;
  throw new AppError(
    'invalid_request',
    `The text encoder of ${label} has no table of words that embeddings could be added to.`,
  );
}

/**
 * Where the text ends is found by looking for the largest id, which was the end's own until there were larger ones:
 * for that search, new words count as 0.
 */
export function shieldEnd(model: Model, words: number): Model {
  const type = model.inputs[0]?.type;
  const ids = model.inputs[0]?.name;
  if (!ids || (type !== 'int64' && type !== 'int32')) return model;
  const { maker: makerOf } = traceGraph(model);
  const fromIds = (name: string): boolean => {
    const maker = makerOf(name);
    return name === ids || (maker?.op === 'Cast' && fromIds(maker.inputs[0]!));
  };
  const seeking = model.nodes.filter(({ op, inputs }) => op === 'ArgMax' && fromIds(inputs[0]!));
  if (seeking.length === 0) return model;
  const small = 'atelier_known_ids';
  const number = (name: string, value: number): Initializer =>
    inlineInitializer(
      name,
      type,
      [],
      bytesOf(type === 'int64' ? BigInt64Array.of(BigInt(value)) : Int32Array.of(value)),
    );
  const shield = [
    operation({ op: 'Less', inputs: [ids, 'atelier_words'], outputs: ['atelier_is_known'] }),
    operation({ op: 'Where', inputs: ['atelier_is_known', ids, 'atelier_zero'], outputs: [small] }),
    operation({ op: 'Cast', inputs: [small], outputs: [`${small}_narrow`], attributes: { to: elementId('int32') } }),
  ];
  const changed = (node: Operation) => (seeking.includes(node) ? withInputs(node, [`${small}_narrow`]) : node);
  return {
    ...model,
    nodes: [...shield, ...model.nodes.map(changed)],
    initializers: [...model.initializers, number('atelier_words', words), number('atelier_zero', 0)],
  };
}
