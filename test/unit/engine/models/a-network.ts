/** A network that remembers what it was fed and answers what it is told: for tests of what goes in. */
import type { Feed, Network, Port } from '../../../../src/engine/network.ts';

type Shape = (number | string)[];

export interface Recorded extends Network {
  fed: Record<string, Feed>[];
}

/** `ports`: name → shape; the first of `answers` by default echoes the input of its name's source. */
export function aNetwork(
  ports: Record<string, Shape>,
  { output = 'out_sample', shape = ['batch', 4, 'height', 'width'] as Shape, echo = 'sample' } = {},
): Recorded {
  const fed: Recorded['fed'] = [];
  const inputs: Port[] = Object.entries(ports).map(([name, shape]) => ({ name, type: 'float32', shape }));
  return {
    fed,
    inputs,
    outputs: [{ name: output, type: 'float32', shape }],
    async run(feeds) {
      fed.push({ ...feeds });
      return { [output]: Float32Array.from(feeds[echo]!.data) };
    },
    release: async () => {},
  };
}
