/** Pictures as vision networks want them. */
import type { Picture } from '../../core/picture.ts';
import { toPlanes } from '../pixels.ts';
import { covering, lay, type Placement, withMargins } from '../placement.ts';

export interface Eyes {
  /** Side of the square, pixels. */
  size: number;
  /** Per channel, of values in 0…1. */
  mean: readonly number[];
  std: readonly number[];
}

/** `cut`: what does not fit is cut off. `whole`: black beside what is not square. `stretched`: to the square. */
export type Squaring = 'cut' | 'whole' | 'stretched';

const NO_MARGINS = { left: 0, top: 0, right: 0, bottom: 0 };

/** [3, size, size], and where on that square the picture lies. */
export async function squared(picture: Picture, { size, mean, std }: Eyes, how: Squaring) {
  const square = { width: size, height: size };
  const places: Record<Squaring, () => Placement> = {
    cut: () => covering(picture, square),
    whole: () => withMargins(picture, NO_MARGINS, square),
    stretched: () => ({ left: 0, top: 0, ...square }),
  };
  const place = places[how]();
  const planes = toPlanes(await lay(picture, place, square, 'black'), 0, 0, size, size, [0, 1]);
  const data = planes.map((v, i) => {
    const c = Math.floor(i / size ** 2);
    return (v - mean[c]!) / std[c]!;
  });
  return { data, place };
}
