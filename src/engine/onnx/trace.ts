/** Who makes and who reads each value of a graph, and which weight stands behind it. */
import type { Initializer } from './initializer.ts';
import type { Model } from './model.ts';
import type { Operation } from './node.ts';

export interface Trace {
  maker(name: string): Operation | undefined;
  readers(name: string): readonly Operation[];
  weight(name: string): Initializer | undefined;
  /** The weight behind an input, through casts and transpositions. */
  behind(input: string): { weight: Initializer; transposed: boolean } | undefined;
}

const MOST_STEPS = 4;

export function traceGraph({ nodes, initializers }: Pick<Model, 'nodes' | 'initializers'>): Trace {
  const weights = new Map(initializers.map((weight) => [weight.name, weight]));
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const readers = new Map<string, Operation[]>();
  for (const node of nodes)
    for (const input of new Set(node.inputs)) {
      const known = readers.get(input);
      if (known) known.push(node);
      else readers.set(input, [node]);
    }
  return {
    maker: (name) => makers.get(name),
    readers: (name) => readers.get(name) ?? [],
    weight: (name) => weights.get(name),
    behind(input) {
      let transposed = false;
      let name = input;
      for (let step = 0; step < MOST_STEPS; step++) {
        const weight = weights.get(name);
        if (weight) return transposed && weight.dims.length !== 2 ? undefined : { weight, transposed };
        const maker = makers.get(name);
        if (!maker || !['Cast', 'Identity', 'Transpose'].includes(maker.op)) return undefined;
        if (maker.op === 'Transpose') transposed = !transposed;
        name = maker.inputs[0]!;
      }
      return undefined;
    },
  };
}
