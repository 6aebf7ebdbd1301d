/** Which sizes a model makes. */
import { AppError } from '../core/errors.ts';
import type { ManifestOf } from './manifest.ts';

interface Size {
  width: number;
  height: number;
}

/**
 * The model's own width and height for a size asked for. Where pictures are shown larger than they are made, people
 * may name either: 512 is understood as 128 shown four times larger. Throws invalid_request with the nearest size.
 */
export function fitSize(
  { name, defaults, limits }: Pick<ManifestOf<'diffusion'>, 'name' | 'defaults' | 'limits'>,
  asked: { width?: number | undefined; height?: number | undefined },
  shown: number,
): Size {
  const { minSide, maxSide, multipleOf } = limits;
  const fits = (side: number) => side >= minSide && side <= maxSide && side % multipleOf === 0;
  const makes = ({ width, height }: Size) => fits(width) && fits(height);
  const large = {
    width: asked.width ?? asked.height ?? defaults.width,
    height: asked.height ?? asked.width ?? defaults.height,
  };
  if (makes(large)) return large;
  const small = { width: large.width / shown, height: large.height / shown };
  if (makes(small)) return small;

  const near = (side: number) => {
    const own = side > maxSide ? side / shown : side;
    return Math.min(maxSide, Math.max(minSide, Math.round(own / multipleOf) * multipleOf)) * shown;
  };
  const sides = minSide === maxSide ? `${minSide * shown}` : `${minSide * shown} to ${maxSide * shown}`;
  throw new AppError(
    'invalid_request',
    `${name} makes pictures of ${sides} pixels a side, in steps of ${multipleOf * shown}. The nearest to ${large.width}×${large.height} is ${near(large.width)}×${near(large.height)}.`,
  );
}

/**
 * The size among those a model makes that is nearest in shape to a picture; between equals, the nearest in area to what
 * the model makes by default (or to the area given, pixels).
 */
export function nearestShape(
  { defaults, limits }: Pick<ManifestOf<'diffusion'>, 'defaults' | 'limits'>,
  picture: Size,
  area = defaults.width * defaults.height,
): Size {
  const { minSide, maxSide, multipleOf } = limits;
  const first = Math.ceil(minSide / multipleOf) * multipleOf;
  const sides: number[] = [];
  for (let side = first; side <= maxSide; side += multipleOf) sides.push(side);
  const misfit = ({ width, height }: Size) =>
    Math.abs(Math.log((width * picture.height) / (height * picture.width))) +
    Math.abs(Math.log((width * height) / area)) / 4; // a fifth more area is worth a twentieth of shape
  const sizes = sides.flatMap((width) => sides.map((height) => ({ width, height })));
  return sizes.reduce((best, size) => (misfit(size) < misfit(best) ? size : best));
}
