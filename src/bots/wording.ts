/** Short words about a generation that several replies share. */
import type { Recipe, RecipeOf } from '../core/recipe.ts';
import type { GenerationView, ImageView } from '../core/records.ts';
import type { Request } from '../core/request.ts';
import type { Named } from './closest.ts';
import { named } from './closest.ts';

/** What was typed for it, to be quoted. */
export function quoted(request: Request): string | undefined {
  if (request.kind === 'imagine') return request.prompt;
  return request.kind === 'stylize' ? request.words : undefined;
}

/** A brush as people know it. */
export const brushTitle = (name: string, brushes: readonly Named[]): string =>
  named(brushes, name)?.title ?? name.replace(/^brush-/, '').replaceAll('-', ' ');

/** What the brush is for that painted it, should there be anything to know. */
export function noteOf({ request, recipe }: GenerationView, brushes: readonly Named[]): string[] {
  if (recipe.kind !== 'brush') return [];
  const brush = named(brushes, (request.kind === 'stylize' && request.brush) || recipe.model.name);
  return brush?.note ? [`${brush.title}: ${brush.note}.`] : [];
}

type Says = { readonly [K in Recipe['kind']]: (made: Made<K>) => string };
interface Made<K extends Recipe['kind'] = Recipe['kind']> {
  request: Request;
  recipe: RecipeOf<K>;
  images: ImageView[];
  brushes: readonly Named[];
}

const SAYS: Says = {
  imagine: ({ request, images }) => (request.kind === 'stylize' ? 'Redrawn from words' : count(images, 'picture')),
  upscale: ({ images }) => `Enlarged to ${images[0]?.width} × ${images[0]?.height}`,
  brush: ({ request, recipe, brushes }) =>
    `Painted with ${brushTitle((request.kind === 'stylize' && request.brush) || recipe.model.name, brushes)}`,
  adain: ({ recipe: { styles } }) =>
    `In the manner of ${styles.length === 1 ? 'another picture' : `${styles.length} pictures`}`,
  gatys: ({ recipe: { styles } }) =>
    `Optimised toward ${styles.length === 1 ? 'another picture' : `${styles.length} pictures`}`,
  face: ({ request, images }) =>
    request.kind === 'face' && request.picture && 'key' in request.picture
      ? 'The nearest face there is'
      : count(images, 'face'),
  morph: ({ recipe }) => `A morph through ${recipe.stops.length} faces`,
};

/** What came out of it, and how: which pipeline, and how long it took. */
export function headline({ request, recipe, images, timings }: GenerationView, brushes: readonly Named[]): string {
  const says = SAYS[recipe.kind] as (made: Made) => string;
  const what =
    request.kind === 'morph' && recipe.kind !== 'morph' ? 'A morph' : says({ request, recipe, images, brushes });
  return `${what}${timings ? ` in ${duration(timings.totalMs / 1000)}` : ''}.`;
}

const count = ({ length }: ImageView[], what: string) => `${length} ${what}${length === 1 ? '' : 's'}`;

/** Whether its pictures depend on a seed: filters do not, nor does a face that was found for a picture. */
export function isSeeded(recipe: Recipe): boolean {
  if (recipe.kind === 'face') return !recipe.projection;
  if (recipe.kind === 'morph') return !recipe.stops[0]?.projection;
  return recipe.kind === 'imagine';
}

/** The seeds that make its pictures again, where there are any. */
export function seedsOf({ recipe, images }: GenerationView): string[] {
  const mixes = recipe.kind === 'face' ? recipe.mixes : [];
  return [...(isSeeded(recipe) ? [seeds(images)] : []), ...mixes.map(({ seed }) => `Mixed with seed ${seed}.`)];
}

/** Seeds of pictures that have their own; long runs as first to last. */
export function seeds(images: readonly ImageView[]): string {
  const all = images.map(({ seed }) => seed);
  if (all.length === 1) return `Seed ${all[0]}.`;
  const run = all.every((seed, i) => seed === all[0]! + i);
  return `Seeds ${all.length > 9 && run ? `${all[0]} to ${all.at(-1)}` : all.join(', ')}.`;
}

export const duration = (seconds: number): string =>
  seconds < 1 ? 'under a second' : seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;

/** As likely sooner as later, and the time that nine in ten keep. */
export const expected = (seconds: number, high: number | undefined): string =>
  high && duration(high) !== duration(seconds)
    ? `About ${duration(seconds)}; nine times in ten within ${duration(high)}.`
    : `About ${duration(seconds)}.`;
