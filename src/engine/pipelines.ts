/** Which pipeline makes which kind of recipe. */
import type { Made } from '../core/picture.ts';
import type { Recipe } from '../core/recipe.ts';
import { imagine } from './diffusion/pipeline.ts';
import { face } from './gan/face.ts';
import { morph } from './gan/morph.ts';
import type { Job, Pipeline } from './pipeline.ts';
import { adain } from './style/adain-pipeline.ts';
import { brush } from './style/brush.ts';
import { gatys } from './style/gatys-pipeline.ts';
import { upscale } from './upscale/pipeline.ts';

const PIPELINES: { readonly [K in Recipe['kind']]: Pipeline<K> } = {
  imagine,
  upscale,
  brush,
  adain,
  gatys,
  face,
  morph,
};

// TypeScript cannot see that recipe and pipeline share a kind; this is the one place that says so.
export const run = <R extends Recipe>(recipe: R, job: Job): Promise<Made[]> =>
  (PIPELINES[recipe.kind] as unknown as (recipe: R, job: Job) => Promise<Made[]>)(recipe, job);
