import type { RecipeOf } from '../../core/recipe.ts';

/** Steps that are walked of a schedule: all of them from noise, fewer the more of a picture is kept. As diffusers counts. */
export const walkedSteps = (steps: number, strength = 1): number => Math.min(Math.trunc(steps * strength), steps);

/** Work in pixels × steps × passes × pictures / 10⁶; a picture without any step counts one, for its autoencoder. */
export function costOf(recipe: RecipeOf<'imagine'>): number {
  const { width, height, steps, guidance, count, init, hires, walk, controls = [] } = recipe;
  const passes = guidance === 1 ? 1 : 2;
  const first = width * height * Math.max(1, walkedSteps(steps, init?.strength));
  const second = hires ? hires.width * hires.height * Math.max(1, walkedSteps(hires.steps, hires.strength)) : 0;
  const steering = controls.reduce((sum, { from, to }) => sum + CONTROL_NET * (to - from), 1);
  return ((first + second) * passes * steering * (walk?.frames ?? count)) / 1e6;
}

/** A ControlNet is the shrinking half of the network it steers. */
const CONTROL_NET = 0.4;
