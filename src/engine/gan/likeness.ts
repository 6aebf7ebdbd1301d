/** How unlike a picture a face is, and which way in w+ is more like it. Built by models/recipes/avatar/projection.py. */
import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { Picture } from '../../core/picture.ts';
import type { Installed } from '../catalogue.ts';
import type { Device } from '../device.ts';
import type { ManifestOf } from '../manifest.ts';
import { type Clock, openNetwork } from '../network.ts';
import { toPicture, toPlanes } from '../pixels.ts';
import type { Latent } from '../tensor.ts';

export interface Judged {
  /** Perceptual distance plus squared error of the pixels; 0 for the picture itself. */
  loss: number;
  /** Of the loss with respect to w+, [layers · wWidth]. */
  slope: Latent;
  /** The face. */
  picture: Picture;
}

export interface Likeness {
  /** Looks at a picture of the network's own size once; the answer judges faces without noise, by their w+. */
  to(target: Picture, clock: Clock): Promise<(rows: Latent) => Promise<Judged>>;
  release(): Promise<void>;
}

/**
 * maps: `image` [1, 3, side, side] → `maps` [1, n], what a feature net sees. slope: `w` [1, layers, wWidth], `noise`,
 * `target` [1, 3, side, side], its `maps` → `image`, `loss` [1], `slope` [1, layers, wWidth].
 */
export async function openLikeness(
  device: Device,
  { folder, manifest }: Installed<ManifestOf<'gan'>>,
): Promise<Likeness> {
  const { projection, layers, wWidth, noiseWidth, resolution: side, graph, name } = manifest;
  if (!projection)
    throw new AppError('invalid_request', `The model ${name} cannot look for a picture among its faces.`);
  const eyes = await openNetwork(device, join(folder, projection.maps));
  const judge = await openNetwork(device, join(folder, projection.slope));
  const noise = { data: new Float32Array(noiseWidth), dims: [1, noiseWidth] };

  return {
    async to(target, clock) {
      const image = { data: toPlanes(target, 0, 0, side, side, graph.range), dims: [1, 3, side, side] };
      const { maps } = await eyes.run({ image }, clock);
      const seen = { data: maps!, dims: [1, maps!.length] };
      return async (rows) => {
        const w = { data: rows, dims: [1, layers, wWidth] };
        const { image: face, loss, slope } = await judge.run({ w, noise, target: image, maps: seen }, clock);
        return { loss: loss![0]!, slope: slope!, picture: toPicture(face!, side, side, graph.range) };
      };
    },
    async release() {
      for (const network of [eyes, judge]) await network.release();
    },
  };
}
