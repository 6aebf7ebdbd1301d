import type { RecipeOf } from '../../core/recipe.ts';

/** Steps that are walked of a schedule: all of them from noise, fewer the more of a picture is kept. As diffusers counts. */
export const walkedSteps = (steps: number, strength = 1): number => Math.min(Math.trunc(steps * strength), steps);

/** Work in pixels × steps × passes × pictures / 10⁶; a picture without any step counts one, for its autoencoder. */
export function costOf({ width, height, steps, guidance, count, init, hires, walk }: RecipeOf<'imagine'>): number {
  const passes = guidance === 1 ? 1 : 2;
  const first = width * height * Math.max(1, walkedSteps(steps, init?.strength));
  const second = hires ? hires.width * hires.height * Math.max(1, walkedSteps(hires.steps, hires.strength)) : 0;
  return ((first + second) * passes * (walk?.frames ?? count)) / 1e6;
}
