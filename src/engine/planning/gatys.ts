/** How large and how long Gatys' optimisation paints. */
import type { RecipeOf } from '../../core/recipe.ts';
import { fitted } from './stored.ts';

type Settings = Pick<RecipeOf<'gatys'>, 'width' | 'height' | 'iterations' | 'smoothness'>;

/** A few minutes of two cores. */
const MOST_PIXELS = 512 ** 2;
/** Smaller ones show the network nothing. */
const LEAST_LONG_SIDE = 96;
/** Finest first: where large strokes lie is decided cheaply at coarse scales. */
const ITERATIONS = [40, 80, 120];
const SMOOTHNESS = 1;
/** A look there and back, and now and then a second one in the line search. */
const PASSES_AN_ITERATION = 4;

/** `passes`: of the network over the finished size. */
export function gatysSettings(source: { width: number; height: number }): Settings & { passes: number } {
  const { width, height } = fitted(source, MOST_PIXELS) ?? source;
  const scales = ITERATIONS.filter((_, i) => i === 0 || Math.max(width, height) / 2 ** i >= LEAST_LONG_SIDE);
  const passes = scales.reduce((sum, count, i) => sum + (count * PASSES_AN_ITERATION) / 4 ** i, 0);
  return { width, height, iterations: scales.reverse(), smoothness: SMOOTHNESS, passes };
}
