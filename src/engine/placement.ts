/** Where a picture comes to lie on a canvas of another size. */
import sharp from 'sharp';
import type { Picture } from '../core/picture.ts';
import type { RecipeOf } from '../core/recipe.ts';

interface Size {
  width: number;
  height: number;
}

/** The enlarged or shrunk picture's corner and size, in pixels of the canvas; it may reach beyond its edges. */
export interface Placement extends Size {
  left: number;
  top: number;
}

type Extent = NonNullable<NonNullable<RecipeOf<'imagine'>['init']>['extend']>;

/** All of the canvas is covered; what does not fit is cut off around the centre. */
export function covering(picture: Size, canvas: Size): Placement {
  const scale = Math.max(canvas.width / picture.width, canvas.height / picture.height);
  const width = Math.max(canvas.width, Math.round(picture.width * scale));
  const height = Math.max(canvas.height, Math.round(picture.height * scale));
  return { width, height, left: Math.trunc((canvas.width - width) / 2), top: Math.trunc((canvas.height - height) / 2) };
}

/** All of the picture lies on the canvas, with margins in the proportions asked for. */
export function withMargins(picture: Size, extend: Extent, canvas: Size): Placement {
  const { left, top, right, bottom } = extend;
  const scale = Math.min(
    canvas.width / (picture.width + left + right),
    canvas.height / (picture.height + top + bottom),
  );
  const along = (side: number, room: number, before: number, after: number) => {
    const length = Math.min(room, Math.max(1, Math.round(side * scale)));
    const share = before + after > 0 ? before / (before + after) : 0.5;
    return { length, start: Math.round((room - length) * share) };
  };
  const across = along(picture.width, canvas.width, left, right);
  const down = along(picture.height, canvas.height, top, bottom);
  return { left: across.start, top: down.start, width: across.length, height: down.length };
}

/** The picture laid on the canvas; where it does not reach, its edge goes on (or there is black). */
export async function lay(
  picture: Picture,
  place: Placement,
  canvas: Size,
  beyond: 'edge' | 'black',
): Promise<Picture> {
  const { width, height, data } = picture;
  const [left, top] = [Math.max(0, place.left), Math.max(0, place.top)];
  const right = Math.max(0, canvas.width - place.left - place.width);
  const bottom = Math.max(0, canvas.height - place.top - place.height);
  const part = {
    ...{ left: Math.max(0, -place.left), top: Math.max(0, -place.top) },
    ...{ width: canvas.width - left - right, height: canvas.height - top - bottom },
  };
  const sized = sharp(data, { raw: { width, height, channels: 3 } })
    .resize(place.width, place.height, { kernel: 'lanczos3', fit: 'fill' })
    .extract(part);
  const laid = await sized.raw().toBuffer();
  if (left + top + right + bottom === 0) return { ...canvas, data: new Uint8Array(laid) };
  const extended = await sharp(laid, { raw: { width: part.width, height: part.height, channels: 3 } })
    .extend({ left, top, right, bottom, ...(beyond === 'edge' ? { extendWith: 'copy' } : { background: '#000' }) })
    .raw()
    .toBuffer();
  return { ...canvas, data: new Uint8Array(extended) };
}
