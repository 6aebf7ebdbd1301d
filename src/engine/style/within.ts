/** A stylized picture only where it is wanted: within the whole picture's mask, and where any style reaches. */
import type { GenerateContext, Picture } from '../../core/picture.ts';
import type { StoredPicture } from '../../core/recipe.ts';
import { loadCutout } from '../picture-input.ts';
import { coverage, type Mask, maskPlane, type Region } from './region.ts';

interface Result {
  content: Picture;
  stylized: Picture;
  regions: readonly Region[];
  mask?: StoredPicture | undefined;
}

export async function onlyWithin(
  load: GenerateContext['load'],
  { content, stylized, regions, mask }: Result,
): Promise<Picture> {
  const wanted = coverage(regions, content.width * content.height);
  if (mask) {
    const plane = await maskPlane(await loadCutout(load, mask), content);
    for (let i = 0; i < wanted.length; i++) wanted[i]! *= plane[i]!;
  }
  return mixed(content, stylized, wanted);
}

/** Pixel by pixel (1 − share) · content + share · stylized; where the share is 0 or 1, to the bit. */
export function mixed(content: Picture, stylized: Picture, shares: Mask): Picture {
  const data = Uint8Array.from(content.data, (v, i) =>
    Math.round(v + shares[Math.floor(i / 3)]! * (stylized.data[i]! - v)),
  );
  return { ...content, data };
}
