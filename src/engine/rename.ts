/** A network under the names we know, for exports that chose their own. */
import type { Network } from './network.ts';

/** `names`: ours → the graph's. */
export function renamed(network: Network, names: Readonly<Record<string, string>>): Network {
  const ours = new Map(Object.entries(names).map(([our, their]) => [their, our]));
  const port = <P extends { name: string }>(value: P): P => ({ ...value, name: ours.get(value.name) ?? value.name });
  return {
    ...network,
    inputs: network.inputs.map(port),
    outputs: network.outputs.map(port),
    async run(feeds, clock) {
      const theirs = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [names[name] ?? name, feed]));
      const results = await network.run(theirs, clock);
      return Object.fromEntries(Object.entries(results).map(([name, data]) => [ours.get(name) ?? name, data]));
    },
  };
}
