/** Encoders of older exports add noise of their own, from the clock: the same picture would never give the same latent. */

import { dirname } from 'node:path';
import { type NetworkSource, openGraph } from '../onnx/edit.ts';
import { writeModel } from '../onnx/model.ts';
import { operation } from '../onnx/node.ts';
import { join } from '../onnx/wire.ts';

/** The encoder with zeros for its noise: what is left is the mean of what it holds possible. Others stay as they are. */
export async function withoutOwnNoise(file: string): Promise<NetworkSource> {
  const model = await openGraph(file);
  if (!model.nodes.some(({ op }) => op === 'RandomNormalLike')) return file;
  const nodes = model.nodes.map((node) => {
    const [like] = node.inputs;
    if (node.op !== 'RandomNormalLike' || like === undefined) return node;
    return operation({ op: 'Sub', inputs: [like, like], outputs: node.outputs, name: node.name });
  });
  return { model: join(writeModel({ ...model, nodes })), folder: dirname(file), dispose: async () => {} };
}
