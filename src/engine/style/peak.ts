/** What the largest call of a filter takes in memory, bytes: measured with the shipped models at 256² to 1024². */
import type { Recipe } from '../../core/recipe.ts';
import type { Catalogue } from '../catalogue.ts';

/** Bytes a pixel: activations of the widest layers; there and back, they are all kept. */
const BRUSH = 720;
const ADAIN = 1600;
const GATYS = 4700;
/** Larger pictures go through any-style in blocks. */
const MOST_AT_ONCE = 2 ** 19;

interface Sized {
  width?: number | undefined;
  height?: number | undefined;
}

/** 0 for what is no filter. */
export function filterPeak({ of }: Pick<Catalogue, 'of'>, recipe: Recipe): number {
  switch (recipe.kind) {
    case 'brush': {
      const { sha256 } = recipe.model;
      const model = [...of('style-transfer'), ...of('translate')].find(({ ref }) => ref.sha256 === sha256);
      const { tile } = model?.manifest ?? {};
      return BRUSH * Math.min(pixelsOf(recipe, recipe.source), tile ? tile.size ** 2 : Number.POSITIVE_INFINITY);
    }
    case 'adain':
      return ADAIN * Math.min(pixelsOf(recipe, recipe.source), MOST_AT_ONCE);
    case 'gatys':
      return GATYS * recipe.width * recipe.height;
    default:
      return 0;
  }
}

const pixelsOf = ({ width, height }: Sized, source: { width: number; height: number }) =>
  (width ?? source.width) * (height ?? source.height);
