/** Encoders of older exports add noise of their own, from the clock: the same picture would never give the same latent. */
import { editedGraph, type NetworkSource, openGraph } from '../onnx/edit.ts';
import type { Model } from '../onnx/model.ts';
import { operation } from '../onnx/node.ts';

/** The encoder with zeros for its noise: what is left is the mean of what it holds possible. Others stay as they are. */
export async function withoutOwnNoise(file: string): Promise<NetworkSource> {
  const { nodes } = await openGraph(file);
  return nodes.some(({ op }) => op === 'RandomNormalLike') ? editedGraph(file, silent) : file;
}

const silent = (model: Model): Model => ({
  ...model,
  nodes: model.nodes.map((node) => {
    const [like] = node.inputs;
    if (node.op !== 'RandomNormalLike' || like === undefined) return node;
    return operation({ op: 'Sub', inputs: [like, like], outputs: node.outputs, name: node.name });
  }),
});
