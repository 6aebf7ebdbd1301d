import { parseComposition } from '../../core/composition.ts';
import { promptsOf, type RecipeOf } from '../../core/recipe.ts';

/** Steps that are walked of a schedule: all of them from noise, fewer the more of a picture is kept. As diffusers counts. */
export const walkedSteps = (steps: number, strength = 1): number => Math.min(Math.trunc(steps * strength), steps);

/** Said where strength leaves a pass without a single step, although some change was asked for. */
export function idleNotes({ sampler, steps, init, hires }: RecipeOf<'imagine'>): string[] {
  if (sampler === 'lcm') return []; // walks all of its few steps over a part of the way
  return [init && { steps, strength: init.strength }, hires]
    .filter((pass) => !!pass && pass.strength > 0 && walkedSteps(pass.steps, pass.strength) === 0)
    .map(
      (pass) =>
        `At strength ${pass!.strength} none of ${pass!.steps} steps is left, so nothing changes: take more of either.`,
    );
}

/** Work in pixels × steps × passes × pictures / 10⁶; a picture without any step counts one, for its autoencoder. */
export function costOf(recipe: RecipeOf<'imagine'>): number {
  const { width, height, steps, count, init, hires, walk, controls = [] } = recipe;
  const passes = Math.max(...Array.from({ length: count }, (_, index) => passesOf(recipe, index)));
  const first = width * height * Math.max(1, walkedSteps(steps, init?.strength));
  const second = hires ? hires.width * hires.height * Math.max(1, walkedSteps(hires.steps, hires.strength)) : 0;
  const steering = controls.reduce((sum, { from, to }) => sum + CONTROL_NET * (to - from), 1);
  return ((first + second) * passes * steering * (walk?.frames ?? count)) / 1e6;
}

/** Rows of the network per step, on average: what has no part in guidance's sum is not asked. */
function passesOf(recipe: RecipeOf<'imagine'>, index: number): number {
  const { guidance, guidanceInterval: [from, to] = [0, 1] } = recipe;
  const weights = parseComposition(promptsOf(recipe, index).prompt).map(({ weight }) => weight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const rowsAt = (scale: number) =>
    (scale === 0 ? 0 : weights.filter((weight) => weight !== 0).length) + (scale * total === 1 ? 0 : 1);
  return (to - from) * rowsAt(guidance) + (1 - to + from) * rowsAt(1);
}

/** A ControlNet is the shrinking half of the network it steers. */
const CONTROL_NET = 0.4;
