/**
 * Soft grey edges on black, coarse ones brightest: a stand-in without a network for HED (Xie & Tu 2015), which
 * ControlNets of this name were trained on. The mean of scale-normalised gradients (Lindeberg 1998) at several scales.
 */
import type { Picture } from '../../../core/picture.ts';
import { blur, channelsOf, createPlane, greyPicture, sobel } from '../plane.ts';

export interface SoftEdgeOptions {
  /** σ of each scale, pixels. */
  scales: readonly number[];
}

export function softEdge(picture: Picture, { scales = [1, 2, 4] }: Partial<SoftEdgeOptions> = {}): Picture {
  const edges = createPlane(picture.width, picture.height);
  for (const channel of channelsOf(picture))
    for (const sigma of scales) {
      const { dx, dy } = sobel(blur(channel, sigma));
      // A step of height s has gradient s/(σ√2π) there: times σ√2π it answers s at every scale, and Sobel's answer is 8 times the slope.
      const unit = (sigma * Math.sqrt(2 * Math.PI)) / 8 / scales.length;
      for (let i = 0; i < edges.data.length; i++) edges.data[i]! += unit * Math.hypot(dx[i]!, dy[i]!);
    }
  const highest = edges.data.reduce((most, v) => Math.max(most, v), 0);
  if (highest < FAINTEST) return greyPicture(createPlane(picture.width, picture.height));
  edges.data = edges.data.map((v) => 255 * (v / highest) ** GAMMA);
  return greyPicture(edges);
}

const FAINTEST = 3; // a step of one grey level, in three channels: nothing a person would call an edge
const GAMMA = 0.8; // weak edges stay visible
