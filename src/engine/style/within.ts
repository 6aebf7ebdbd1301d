/** Where a stylized picture is wanted: within the whole picture's mask, and where any style reaches. */
import type { GenerateContext } from '../../core/picture.ts';
import type { StoredPicture } from '../../core/recipe.ts';
import { loadCutout } from '../picture-input.ts';
import type { Size } from './planes.ts';
import { coverage, type Mask, maskPlane, type Region } from './region.ts';

/** Undefined: everywhere. */
export async function wantedPart(
  load: GenerateContext['load'],
  { regions, mask, size }: { regions: readonly Region[]; mask: StoredPicture | undefined; size: Size },
): Promise<Mask | undefined> {
  const reached = coverage(regions, size.width * size.height);
  const plane = mask && (await maskPlane(await loadCutout(load, mask), size));
  return plane && reached ? reached.map((share, i) => share * plane[i]!) : (plane ?? reached);
}
