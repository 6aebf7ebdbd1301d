/** A recipe as the settings text that Automatic1111 writes into its pictures, and other programs read. */
import { promptsOf, type Recipe, type RecipeOf } from '../core/recipe.ts';
import { samplerLabel } from '../core/sampler.ts';

export const PROGRAM = 'Atelier';

type Setting = [name: string, value: string | number];
/** A prompt above, where there is one, and the settings below it. */
type Text = { words?: string[]; settings: Setting[] };
type Describe<R> = (recipe: R, image: { seed: number; index: number }) => Text;

const DESCRIBE: { readonly [K in Recipe['kind']]: Describe<RecipeOf<K>> } = {
  imagine(recipe, { seed, index }) {
    const { prompt, negativePrompt } = promptsOf(recipe, index);
    const { steps, sampler, guidance, width, height, variation, init, hires, display, clipSkip } = recipe;
    return {
      words: [prompt, ...(negativePrompt ? [`Negative prompt: ${negativePrompt}`] : [])],
      settings: [
        ['Steps', steps],
        ['Sampler', samplerLabel(sampler)],
        ['CFG scale', guidance],
        ['Seed', seed],
        ['Size', `${width}x${height}`],
        ...some('Variation seed', variation?.seed),
        ...some('Variation seed strength', variation?.strength),
        ...some('Clip skip', clipSkip),
        ...some('Denoising strength', init?.strength ?? hires?.strength),
        ...(hires ? hiresSettings(hires) : displaySettings(display)),
      ],
    };
  },
  upscale: ({ factor }, { seed }) => ({
    settings: [
      ['Upscale by', factor],
      ['Seed', seed],
    ],
  }),
  brush: (recipe, { seed }) => ({
    settings: [['Filter', 'brush'], ...some('Direction', recipe.direction), ...manner(recipe), ['Seed', seed]],
  }),
  adain: (recipe, { seed }) => ({
    settings: [['Filter', 'AdaIN'], ...styles(recipe), ...manner(recipe), ['Seed', seed]],
  }),
  gatys: (recipe, { seed }) => ({
    settings: [
      ['Filter', 'Gatys'],
      ...styles(recipe),
      ...manner(recipe),
      ['Steps', recipe.iterations.join('+')],
      ['Smoothness', recipe.smoothness],
      ['Seed', seed],
      ['Size', `${recipe.width}x${recipe.height}`],
    ],
  }),
  face: (recipe, { seed }) => ({ settings: [['Seed', seed], ...face(recipe), ...displaySettings(recipe.display)] }),
  morph: ({ stops, frames, display }, { seed }) => ({
    settings: [
      ['Seed', seed],
      ...stops.map((stop, i): Setting => [`Stop ${i + 1}`, quoted([['Seed', stop.seed], ...face(stop)])]),
      ['Frames', frames],
      ...displaySettings(display),
    ],
  }),
};

/** Nothing in it tells who asked, nor which picture it was made from. */
export function parametersText<R extends Recipe>(recipe: R, seed: number, index = 0): string {
  // TypeScript cannot see that recipe and description share a kind.
  const describe = DESCRIBE[recipe.kind] as unknown as Describe<R>;
  const { words = [], settings } = describe(recipe, { seed, index });
  const model: Setting[] = [
    ['Model hash', recipe.model.sha256.slice(0, 10)],
    ['Model', recipe.model.name],
    ['Version', PROGRAM],
  ];
  return [...words, line([...settings, ...model])].join('\n');
}

const line = (settings: readonly Setting[]) => settings.map(([name, value]) => `${name}: ${value}`).join(', ');
/** Values with commas in them stand in quotation marks. */
const quoted = (settings: readonly Setting[]) => `"${line(settings).replaceAll('"', '')}"`;

const some = (name: string, value: string | number | undefined): Setting[] =>
  value === undefined ? [] : [[name, value]];

const hiresSettings = (hires: NonNullable<RecipeOf<'imagine'>['hires']>): Setting[] => [
  ['Hires resize', `${hires.width}x${hires.height}`],
  ['Hires steps', hires.steps],
  ['Hires upscaler', hires.upscaler?.name ?? 'Latent'],
];

const displaySettings = (display: RecipeOf<'imagine'>['display']): Setting[] =>
  display
    ? [
        ['Hires upscale', display.factor],
        ['Hires upscaler', display.model.name],
      ]
    : [];

const manner = ({ strength, keepColours, mask }: RecipeOf<'brush' | 'adain' | 'gatys'>): Setting[] => [
  ['Style strength', strength],
  ...(keepColours === 'no' ? [] : some('Colours kept by', keepColours)),
  ...(mask ? some('Masked', 'yes') : []),
];

const styles = ({ styles }: RecipeOf<'adain' | 'gatys'>): Setting[] => [
  ['Styles', styles.length],
  ...(styles.length > 1 ? some('Style weights', styles.map(({ weight }) => weight).join('+')) : []),
];

function face({ truncation, edits, mixes, projection }: Omit<RecipeOf<'morph'>['stops'][number], 'seed'>): Setting[] {
  const edited = Object.entries(edits).map(([label, amount]): Setting => [label, amount]);
  const mixed = mixes.map(({ seed, layers }): Setting => [`layers ${layers.join('-')}`, seed]);
  return [
    ['Truncation', truncation],
    ...(edited.length > 0 ? some('Edits', quoted(edited)) : []),
    ...(mixed.length > 0 ? some('Mixed', quoted(mixed)) : []),
    ...some('Projection steps', projection?.steps),
  ];
}
