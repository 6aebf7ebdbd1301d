/** Which style goes where, from the masks of several: spatial control of Gatys et al. 2017 and Huang & Belongie 2017. */
import type { GenerateContext } from '../../core/picture.ts';
import type { RecipeOf } from '../../core/recipe.ts';
import { type Cutout, loadCutout, paintedPart } from '../picture-input.ts';
import { resample } from '../upscale/resample.ts';
import type { Size } from './planes.ts';

/** How much of a picture's pixels is meant, 0…1 each, row by row. */
export type Mask = Float32Array<ArrayBuffer>;

/** A part of the picture in which the same styles apply. */
export interface Region {
  /** Absent: everywhere. */
  mask?: Mask;
  /** Of each style, in their order; they add up to 1. */
  shares: readonly number[];
}

/**
 * One region per set of styles that meet somewhere. Soft masks belong to several: a pixel's share of the region of a
 * set is the product of what the masks of its styles leave it and what those of the others do not. What no style
 * reaches belongs to none. Regions of less than a thousandth of the picture are left out.
 */
export function regionsOf(styles: readonly { weight: number; mask?: Mask | undefined }[], pixels: number): Region[] {
  const everywhere = styles.map(({ mask }) => !mask || isEverywhere(mask));
  const masked = styles.flatMap((_, i) => (everywhere[i] ? [] : [i]));
  const regions: Region[] = [];
  for (let set = 0; set < 2 ** masked.length; set++) {
    const within = (style: number) => everywhere[style] || (set >> masked.indexOf(style)) % 2 === 1;
    const weights = styles.map(({ weight }, i) => (within(i) ? weight : 0));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (total === 0) continue;
    const shares = weights.map((weight) => weight / total);
    if (masked.length === 0) return [{ shares }];
    const mask = new Float32Array(pixels).fill(1);
    for (const style of masked) {
      const [own, is] = [styles[style]!.mask!, within(style)];
      for (let i = 0; i < pixels; i++) mask[i]! *= is ? own[i]! : 1 - own[i]!;
    }
    if (meanOf(mask) >= LEAST) regions.push({ mask, shares });
  }
  return regions;
}

const LEAST = 0.001;

export function meanOf(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Whether a mask leaves nothing out. */
function isEverywhere(mask: Mask): boolean {
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 1) return false;
  return true;
}

/** How much of each pixel any style reaches; undefined: everywhere all of it. */
export function coverage(regions: readonly Region[], pixels: number): Mask | undefined {
  const sum = new Float32Array(pixels);
  for (const { mask } of regions) {
    if (!mask) return undefined;
    for (let i = 0; i < pixels; i++) sum[i]! += mask[i]!;
  }
  return sum.map((v) => Math.min(1, v));
}

/** The masks of a recipe's styles for a picture of this size. */
export async function loadRegions(
  load: GenerateContext['load'],
  styles: RecipeOf<'adain' | 'gatys'>['styles'],
  size: Size,
): Promise<Region[]> {
  const masks: { weight: number; mask?: Mask }[] = [];
  for (const { weight, mask } of styles)
    masks.push({ weight, ...(mask && { mask: await maskPlane(await loadCutout(load, mask), size) }) });
  return regionsOf(masks, size.width * size.height);
}

/** A mask in this size: how light it is; of one with transparency, the part that was meant. */
export async function maskPlane(mask: Cutout, { width, height }: Size): Promise<Mask> {
  const { data } = await resample(mask.alpha ? paintedPart(mask) : mask, width, height);
  return Float32Array.from(
    { length: width * height },
    (_, i) => (0.299 * data[i * 3]! + 0.587 * data[i * 3 + 1]! + 0.114 * data[i * 3 + 2]!) / 255,
  );
}
