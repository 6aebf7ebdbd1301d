/**
 * Bold white strokes on black, as if drawn in a hurry: where a colour is darker than around it. Thresholded difference
 * of Gaussians, the basic form of XDoG: Winnemöller, Kyprianidis & Olsen 2012, eqs. 1 and 2 with φ infinite.
 */
import type { Picture } from '../../../core/picture.ts';
import { blur, channelsOf, createPlane, greyPicture } from '../plane.ts';

export interface ScribbleOptions {
  /** Of the narrower Gaussian, pixels: what is smaller is not drawn. */
  sigma: number;
  /** How many times wider the other is: strokes grow with it. k of eq. 1. */
  wider: number;
  /** How much darker than around it, in grey levels, a stroke must be. */
  contrast: number;
}

export function scribble(picture: Picture, options: Partial<ScribbleOptions> = {}): Picture {
  const { sigma = Math.max(1, Math.hypot(picture.width, picture.height) / 500), wider = 3, contrast = 12 } = options;
  const strokes = createPlane(picture.width, picture.height);
  for (const channel of channelsOf(picture)) {
    const [here, around] = [blur(channel, sigma).data, blur(channel, wider * sigma).data];
    for (let i = 0; i < here.length; i++) if (around[i]! - here[i]! > contrast) strokes.data[i] = 255;
  }
  return greyPicture(strokes);
}
