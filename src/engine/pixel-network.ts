/** A graph from a picture to a picture. Callers speak bytes; what planes it was exported with stays in here. */
import type { Picture } from '../core/picture.ts';
import type { Device } from './device.ts';
import { type Clock, openByteNetwork } from './network.ts';
import { editedGraph } from './onnx/edit.ts';
import { PIXELS, type PixelEnds, withPixelEnds } from './onnx/pixel-ends.ts';
import type { Feed } from './tensor.ts';

export interface PixelNetwork {
  /** The only size that the graph takes, where there is one. */
  fixed: { width: number; height: number } | undefined;
  /** What comes out, [height, width, channels], as many times as large as the network makes it. */
  run(picture: Picture, clock: Clock): Promise<Uint8Array>;
  release(): Promise<void>;
}

export async function openPixelNetwork(
  device: Device,
  file: string,
  ends: PixelEnds & Required<Pick<PixelEnds, 'takes' | 'gives'>>,
): Promise<PixelNetwork> {
  const { inputs, run, release } = await openByteNetwork(
    device,
    await editedGraph(file, (model) => withPixelEnds(model, ends)),
  );
  const [height, width] = inputs
    .find(({ name }) => name === PIXELS.in)!
    .shape.slice(1, 3)
    .map(Number) as [number, number];
  return {
    fixed: height > 0 && width > 0 ? { height, width } : undefined,
    run: async (picture, clock) => (await run(pixelFeed(picture), clock))[PIXELS.out]!,
    release,
  };
}

/** What such a graph is fed with. */
export const pixelFeed = ({ data, width, height }: Picture): Record<string, Feed> => ({
  [PIXELS.in]: { data, dims: [1, height, width, 3] },
});
