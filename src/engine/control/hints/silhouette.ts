/**
 * White where something stands, black where the ground is. The ground is what hangs together with the picture's border
 * without a step in colour on the way: region growing, Adams & Bischof 1994, from the border inward. Made for subjects
 * on a plain ground; what is painted like its ground is taken for ground.
 */
import type { Picture } from '../../../core/picture.ts';
import { apart, type Lab, toLab } from '../lab.ts';
import { blur, channelsOf, createPlane, greyPicture } from '../plane.ts';

export interface SilhouetteOptions {
  /** Difference of colour (ΔE) from the nearest pixel of the border up to which a pixel is ground. */
  alike: number;
  /** Difference from one pixel to the next that the ground does not cross. */
  step: number;
}

export function silhouette(picture: Picture, { alike = 22, step = 6 }: Partial<SilhouetteOptions> = {}): Picture {
  const { width, height } = picture;
  const colours = smoothed(picture);
  const mask = createPlane(width, height);
  mask.data.fill(255);
  // Each grown pixel remembers the colour of the border pixel that it was grown from.
  const open: { at: number; from: Lab }[] = [];
  const grow = (at: number, from: Lab) => {
    if (mask.data[at] === 0) return;
    mask.data[at] = 0;
    open.push({ at, from });
  };
  const border = commonest(width, height, colours);
  for (const at of edgeOf(width, height)) if (apart(colours[at]!, border) <= alike ** 2) grow(at, colours[at]!);
  for (let next = open.pop(); next; next = open.pop()) {
    const { at, from } = next;
    const x = at % width;
    const around = [x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1, at - width, at + width];
    for (const i of around) {
      if (i < 0 || i >= colours.length) continue;
      if (apart(colours[i]!, from) <= alike ** 2 && apart(colours[i]!, colours[at]!) <= step ** 2) grow(i, from);
    }
  }
  return greyPicture(mask);
}

function smoothed(picture: Picture): Lab[] {
  const [red, green, blue] = channelsOf(picture).map((channel) => blur(channel, 0.8).data);
  return Array.from(red!, (r, i) => toLab(Math.round(r), Math.round(green![i]!), Math.round(blue![i]!)));
}

function edgeOf(width: number, height: number): number[] {
  const across = Array.from({ length: width }, (_, x) => [x, (height - 1) * width + x]).flat();
  const down = Array.from({ length: height }, (_, y) => [y * width, y * width + width - 1]).flat();
  return [...new Set([...across, ...down])];
}

/** The border's median in each of lightness, a and b: subjects may touch it, as long as more of it is ground. */
function commonest(width: number, height: number, colours: readonly Lab[]): Lab {
  const edge = edgeOf(width, height).map((i) => colours[i]!);
  const median = (c: 0 | 1 | 2) => edge.map((colour) => colour[c]).sort((a, b) => a - b)[edge.length >> 1]!;
  return [median(0), median(1), median(2)];
}
