/** Where a stylized picture is wanted: within the whole picture's mask, and where any style reaches. */
import type { GenerateContext } from '../../core/picture.ts';
import type { StoredPicture } from '../../core/recipe.ts';
import { loadCutout } from '../picture-input.ts';
import type { Size } from './planes.ts';
import { coverage, type Mask, maskPlane, type Region } from './region.ts';

export async function wantedPart(
  load: GenerateContext['load'],
  { regions, mask, size }: { regions: readonly Region[]; mask: StoredPicture | undefined; size: Size },
): Promise<Mask> {
  const wanted = coverage(regions, size.width * size.height);
  if (!mask) return wanted;
  const plane = await maskPlane(await loadCutout(load, mask), size);
  return wanted.map((share, i) => share * plane[i]!);
}
