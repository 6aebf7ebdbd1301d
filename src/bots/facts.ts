/** What a recipe says about how its pictures were made, line by line. */
import type { Recipe, RecipeOf } from '../core/recipe.ts';
import type { GenerationView } from '../core/records.ts';
import { sayAttributes } from './attributes.ts';

export type Fact = [name: string, value: string | number | undefined];

type Facts = { readonly [K in Recipe['kind']]: (recipe: RecipeOf<K>, generation: GenerationView) => Fact[] };

const FACTS: Facts = {
  imagine: (recipe, { request }) => [
    ...(recipe.prompts ?? [recipe.prompt]).map((prompt): Fact => ['Drawn as', prompt]),
    ...(recipe.negativePrompts ?? [recipe.negativePrompt]).map((prompt): Fact => ['Negative', prompt || undefined]),
    ['Style', request.kind === 'imagine' ? request.style : undefined],
    ['Steps', recipe.steps],
    ['Sampler', recipe.sampler],
    ['Guidance', recipe.guidance],
    ...(recipe.adapters ?? []).map(({ model, weight }): Fact => ['LoRA', `${model.name} at ${weight}`]),
    ['Size', `${recipe.width} × ${recipe.height}`],
    ['Clip skip', recipe.clipSkip],
    ['Weighting', recipe.weighting],
    ['Guidance rescale', recipe.guidanceRescale],
    ['Guidance between', recipe.guidanceInterval?.join(' and ')],
    ['Begun with', recipe.init && `a picture, at strength ${recipe.init.strength}`],
    ...(recipe.controls ?? []).map(
      ({ model, hint, weight }): Fact => ['Steered by', `${model.name}, hint ${hint}, weight ${weight}`],
    ),
    [
      'Second pass',
      recipe.hires && `${recipe.hires.width} × ${recipe.hires.height}, at strength ${recipe.hires.strength}`,
    ],
    ['Walk', recipe.walk && `${recipe.walk.frames} frames to “${recipe.walk.prompt}”, seed ${recipe.walk.seed}`],
    ['Variation', recipe.variation && `${recipe.variation.strength} toward seed ${recipe.variation.seed}`],
  ],
  upscale: ({ factor, source }) => [['Enlarged', `×${factor} from ${source.width} × ${source.height}`]],
  brush: (recipe) => [
    ['Painted by', `one pass of a network${recipe.direction ? `, ${recipe.direction}` : ''}`],
    ...laid(recipe),
  ],
  adain: (recipe) => [['In the manner of', styles(recipe)], ...laid(recipe)],
  gatys: (recipe) => [
    ['In the manner of', styles(recipe)],
    ...laid(recipe),
    ['Size', `${recipe.width} × ${recipe.height}`],
    ['Iterations', recipe.iterations.join(' + ')],
    ['Smoothness', recipe.smoothness],
  ],
  face: ({ truncation, edits, mixes, projection, count }) => [
    ['Faces', count > 1 ? count : undefined],
    ['Truncation', truncation],
    ['Attributes', sayAttributes(edits) || undefined],
    ...mixes.map(({ seed, layers }): Fact => ['Mixed with', `seed ${seed}, layers ${layers[0]} to ${layers[1]}`]),
    ['Found in', projection && `${projection.steps} steps`],
  ],
  morph: ({ stops, frames, delayMs }) => [
    ...stops.map(
      ({ seed, edits, projection }, i): Fact => [
        `Stop ${i + 1}`,
        [projection ? 'found for a picture' : `seed ${seed}`, sayAttributes(edits)].filter(Boolean).join(', '),
      ],
    ),
    ['Frames', `${frames} from stop to stop, ${delayMs} ms each`],
  ],
};

const styles = ({ styles }: RecipeOf<'adain' | 'gatys'>): string =>
  styles
    .map(
      ({ picture, weight, mask }) =>
        `a picture of ${picture.width} × ${picture.height} (${Math.round(weight * 100)} %${mask ? ', masked' : ''})`,
    )
    .join(', ');

const laid = ({ strength, keepColours, mask }: RecipeOf<'brush' | 'adain' | 'gatys'>): Fact[] => [
  ['Strength', strength],
  ['Colours kept', keepColours === 'no' ? undefined : `by ${keepColours}`],
  ['Mask', mask && 'yes'],
];

export function factsOf(generation: GenerationView): Fact[] {
  const { recipe } = generation;
  const facts = FACTS[recipe.kind] as (recipe: Recipe, generation: GenerationView) => Fact[];
  return [['Model', `${recipe.model.name} ${recipe.model.version}`], ...facts(recipe, generation)];
}
