/** A picture to begin with: how much of it is kept, and at what size it is worked on. */
import { AppError } from '../../core/errors.ts';
import type { RecipeOf, Source, Sources, StoredPicture } from '../../core/recipe.ts';
import type { RequestOf } from '../../core/request.ts';
import type { ManifestOf } from '../manifest.ts';
import { nearestShape } from '../size.ts';

type Asked = NonNullable<RequestOf<'imagine'>['init']>;
type Extent = NonNullable<Asked['extend']>;

/** Enough to follow the words and still be the same picture. */
const STRENGTH = 0.7;
/** Sides below this hold nothing to begin with. */
const LEAST_SIDE = 16;

interface Begun {
  init: NonNullable<RecipeOf<'imagine'>['init']>;
  /** The model's size that suits the picture, its new margins included. */
  width: number;
  height: number;
  notes: string[];
}

/** Throws invalid_request for what cannot be begun with. */
export function planInit(manifest: ManifestOf<'diffusion'>, asked: Asked, sources: Sources): Begun {
  const picture = stored(sources(asked.picture));
  const mask = asked.mask && stored(sources(asked.mask));
  const extend = asked.extend && Object.values(asked.extend).some((margin) => margin > 0) ? asked.extend : undefined;
  if (Math.min(picture.width, picture.height) < LEAST_SIDE)
    throw new AppError(
      'invalid_request',
      `That picture is ${picture.width}×${picture.height} pixels. Take one of at least ${LEAST_SIDE} a side.`,
    );
  const notes: string[] = [];
  if (mask && mask.key !== picture.key && isOdd(shapeOf(mask), shapeOf(picture)))
    notes.push('The mask has another shape than the picture and was stretched to it.');
  const canvas = extend ? extended(picture, extend) : picture;
  const own = nearestShape(manifest, picture);
  const size = extend
    ? nearestShape(manifest, canvas, (own.width * own.height * areaOf(canvas)) / areaOf(picture))
    : own;
  const strength = asked.strength ?? (mask || extend ? 1 : STRENGTH);
  return { init: { picture, strength, ...(mask && { mask }), ...(extend && { extend }) }, ...size, notes };
}

/** What a person should know of a picture that does not have the shape it is worked on in, `shown` times larger. */
export function croppingNotes(init: Begun['init'], size: { width: number; height: number }, shown: number): string[] {
  if (init.extend || !isOdd(shapeOf(init.picture), shapeOf(size))) return [];
  const { width, height } = init.picture;
  return [
    `Your picture is ${width}×${height}; its edges were cut off to fit ${size.width * shown}×${size.height * shown}.`,
  ];
}

const extended = ({ width, height }: StoredPicture, { left, top, right, bottom }: Extent) => ({
  width: width + left + right,
  height: height + top + bottom,
});

const stored = ({ key, sha256, width, height }: Source): StoredPicture => ({ key, sha256, width, height });
const areaOf = ({ width, height }: { width: number; height: number }) => width * height;
const shapeOf = ({ width, height }: { width: number; height: number }) => width / height;
/** More than a sliver apart. */
const isOdd = (a: number, b: number) => Math.abs(Math.log(a / b)) > 0.03;
