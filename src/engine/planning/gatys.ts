/** How large and how long Gatys' optimisation paints. */
import type { RecipeOf } from '../../core/recipe.ts';
import { fitted } from './stored.ts';

type Settings = Pick<RecipeOf<'gatys'>, 'width' | 'height' | 'iterations' | 'smoothness'>;

/** Most of a minute on two free cores: 0.75 s an iteration at 512², 0.18 s at 256². */
const MOST_PIXELS = 512 ** 2;
/** Smaller ones show the network nothing. */
const LEAST_LONG_SIDE = 96;
/** Finest first: where large strokes lie is decided cheaply at coarse scales. After so many the loss falls by 1 to 4 % in ten more. */
const ITERATIONS = [40, 60, 80];
/** Takes the coloured specks out of plain parts; at 12 fine strokes go with them. */
const SMOOTHNESS = 3;
/** There and back through the network, which is somewhat over twice as much, and now and then a second look. */
const PASSES_AN_ITERATION = 4;

/** `passes`: of the network over the finished size. */
export function gatysSettings(source: { width: number; height: number }): Settings & { passes: number } {
  const { width, height } = fitted(source, MOST_PIXELS) ?? source;
  const scales = ITERATIONS.filter((_, i) => i === 0 || Math.max(width, height) / 2 ** i >= LEAST_LONG_SIDE);
  const passes = scales.reduce((sum, count, i) => sum + (count * PASSES_AN_ITERATION) / 4 ** i, 0);
  return { width, height, iterations: scales.reverse(), smoothness: SMOOTHNESS, passes };
}
