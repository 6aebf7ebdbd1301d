import type { RecipeOf } from '../../core/recipe.ts';
import type { Latent } from '../tensor.ts';
import type { Beginning } from './beginning.ts';
import type { Start } from './denoising.ts';
import { composite } from './mask.ts';
import { startingNoise } from './noise.ts';
import type { Pass } from './passes.ts';
import type { ImageState } from './run-state.ts';

/** The top of image `index`'s way: noise alone, or a picture under as much noise as the schedule begins with. */
export function startOf(
  recipe: RecipeOf<'imagine'>,
  { schedule, shape }: Pass,
  index: number,
  picture: Latent | undefined,
  { latent: kept, mask, extra }: Partial<Beginning>,
  /** Where an earlier attempt left it. */
  resume?: ImageState,
): Omit<Start, 'plans'> {
  const size = shape.channels * shape.height * shape.width;
  const { noise, generator } = startingNoise(recipe, index, size);
  const fresh = () => generator.randn(size);
  for (let i = 0; i < (resume?.drawn ?? 0); i++) fresh(); // the stream goes on behind what was drawn before
  // Painting wholly anew begins with noise alone, as diffusers' inpainting does; a picture's outline would show through.
  const anew = mask && picture === kept && recipe.init?.strength === 1;
  const begin = () => {
    if (!picture || anew) return schedule.start(noise);
    return schedule.steps === 0 ? picture : schedule.addNoise(picture, noise);
  };
  return {
    x: begin(),
    noise: fresh,
    ...(resume && { resume }),
    ...(extra && { extra }),
    // Inpainting networks keep the picture themselves; for others it is put back, under the noise of the start.
    ...(mask &&
      kept &&
      !extra && {
        between: (x, sigma) => composite(mask, x, schedule.addNoise(kept, noise, sigma)),
        after: (latent) => composite(mask, latent, kept),
      }),
  };
}
