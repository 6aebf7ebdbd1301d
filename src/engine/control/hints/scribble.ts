/**
 * Bold white strokes on black, as if drawn in a hurry: the coarse edges of a picture, thickened. Zhang et al. 2023 made
 * their training scribbles so, of HED's edges; here they are Canny's (1986) at a coarse scale.
 */
import type { Picture } from '../../../core/picture.ts';
import { createPlane, greyPicture, type Plane } from '../plane.ts';
import { canny } from './canny.ts';

export interface ScribbleOptions {
  /** Of the Gaussian, pixels: what is smaller is not drawn. */
  sigma: number;
  /** Half the width of a stroke, pixels. */
  radius: number;
  /** As Canny's. */
  low: number;
  high: number;
}

export function scribble(picture: Picture, options: Partial<ScribbleOptions> = {}): Picture {
  const diagonal = Math.hypot(picture.width, picture.height);
  const { sigma = Math.max(1.2, diagonal / 350), radius = Math.max(1, diagonal / 350), low = 30, high = 80 } = options;
  return greyPicture(thickened(canny(picture, { sigma, low, high }), radius));
}

/** Everything within `radius` of what is lit. */
function thickened({ width, height, data }: Picture, radius: number): Plane {
  const strokes = createPlane(width, height);
  const reach = Math.floor(radius);
  const disc: [number, number][] = [];
  for (let y = -reach; y <= reach; y++)
    for (let x = -reach; x <= reach; x++) if (x ** 2 + y ** 2 <= (radius + 0.5) ** 2) disc.push([x, y]);
  for (let i = 0; i < strokes.data.length; i++) {
    if (data[3 * i] === 0) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    for (const [dx, dy] of disc) {
      const [u, v] = [x + dx, y + dy];
      if (u >= 0 && v >= 0 && u < width && v < height) strokes.data[v * width + u] = 255;
    }
  }
  return strokes;
}
