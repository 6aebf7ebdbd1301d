/** A recipe's latents as they are before the decoder: what golden numbers are about. */
import type { RecipeOf } from '../../src/core/recipe.ts';
import { promptsOf } from '../../src/core/recipe.ts';
import type { Checkpoint } from '../../src/engine/diffusion/checkpoint.ts';
import { denoise } from '../../src/engine/diffusion/denoising.ts';
import { passesOf } from '../../src/engine/diffusion/passes.ts';
import { startOf } from '../../src/engine/diffusion/start.ts';
import type { Latent } from '../../src/engine/tensor.ts';

export async function latentOf(checkpoint: Checkpoint, recipe: RecipeOf<'imagine'>): Promise<Latent> {
  const clock = { runMs: 0 };
  const [pass] = passesOf(checkpoint, recipe);
  const { schedule, shape, steps } = pass!;
  const plans = await checkpoint.encodePrompts([promptsOf(recipe, 0)], { steps }, clock);
  const cells = shape.height * shape.width;
  // A mask that is all white over a black picture: everything is painted.
  const extra = checkpoint.extraChannels
    ? new Float32Array(checkpoint.extraChannels * cells).fill(1, 0, cells)
    : undefined;
  const start = { plans: plans[0]!, ...startOf(recipe, pass!, 0, undefined, extra ? { extra } : {}) };
  const { predict, embedsGuidance } = checkpoint;
  const signal = new AbortController().signal;
  const [latent] = await denoise(
    { schedule, shape, recipe, predict, embedsGuidance, signal, clock, onStep: () => {} },
    [start],
  );
  return latent!;
}
