/** The buttons and menus below a finished picture. */
import { isDetail, type Verb } from '../core/action.ts';
import type { GenerationView } from '../core/records.ts';
import type { Button, Menu } from '../core/reply.ts';
import type { RequestOf } from '../core/request.ts';
import type { Studio } from '../core/studio.ts';
import { encodeEdit } from './attributes.ts';
import { sourceOf } from './source.ts';

/** What there is to choose from. A Studio is one. */
export type Choices = Pick<Studio, 'brushes' | 'attributes'>;

/** A row of buttons, and what a menu holds. */
const ROW = 5;
const MENU = 25;

interface Offers {
  buttons: Button[][];
  menus: Menu[];
}

export const button = (
  label: string,
  verb: Verb,
  generationId: string,
  { index = 0, style = 'neutral', detail }: { index?: number; style?: Button['style']; detail?: string } = {},
): Button => ({ label, style, action: { verb, index, generationId, ...(detail && { detail }) } });

/** After a failure or a cancellation. */
export const again = ({ id, request }: GenerationView): Button[][] =>
  request.kind === 'upscale'
    ? []
    : [
        [
          button('🔁 Try again', 'reroll', id, { style: 'primary' }),
          button('Delete', 'delete', id, { style: 'danger' }),
        ],
      ];

export function offers(generation: GenerationView, choices: Choices): Offers {
  const { buttons, menus } = OFFERED[generation.request.kind](generation, choices);
  return {
    buttons: joined(buttons, lastRow(generation)),
    menus: [...perPicture(generation), ...menus].filter(({ options }) => options.length > 0),
  };
}

type Offer = (generation: GenerationView, choices: Choices) => Offers;

const OFFERED = {
  imagine: (generation, { brushes }) => {
    const { id, images } = generation;
    const reroll = button('🔁 Re-roll', 'reroll', id);
    const menus = [brushMenu(generation, brushes())];
    if (images.length === 1) return { buttons: [[...enlarge(generation), button('Vary', 'vary', id), reroll]], menus };
    if (images.length > ROW) return { buttons: [[reroll]], menus };
    return {
      buttons: [
        images.map(({ index }) => button(`U${index + 1}`, 'upscale', id, { index, style: 'primary' })),
        images.map(({ index }) => button(`V${index + 1}`, 'vary', id, { index })),
        [reroll, ...(images.length === 2 ? [button('Morph', 'morph', id)] : [])],
      ],
      menus,
    };
  },
  upscale: ({ id }) => ({ buttons: [[button('Before', 'before', id)]], menus: [] }),
  stylize: (generation, { brushes }) => {
    const { id, recipe } = generation;
    const strength = strengthOf(generation);
    return {
      buttons: [
        [
          button('Before', 'before', id),
          ...(strength !== undefined && strength > 0 ? [button('Softer', 'softer', id)] : []),
          ...(strength !== undefined && strength < 1 ? [button('Stronger', 'stronger', id)] : []),
          ...(recipe.kind === 'imagine' || recipe.kind === 'brush' ? [button('🔁 Another', 'reroll', id)] : []),
          ...enlarge(generation),
        ],
      ],
      menus: [brushMenu(generation, brushes(), 'Another brush…')],
    };
  },
  face: (generation, { attributes, brushes }) => {
    const { id, images } = generation;
    const source = sourceOf(generation);
    const another = source && 'key' in source ? [] : [button('🔁 Another', 'reroll', id)];
    if (images.length > 1)
      return {
        buttons: [
          ...(images.length <= ROW
            ? [images.map(({ index }) => button(`Take ${index + 1}`, 'edit', id, { index, style: 'primary' }))]
            : []),
          [...another, ...(images.length <= 9 ? [button('Morph', 'morph', id)] : [])],
        ],
        menus: [],
      };
    return {
      buttons: [
        [
          ...another,
          button('Mix', 'mix', id),
          button('Morph', 'morph', id),
          ...enlarge(generation),
          ...(source ? [button('Before', 'before', id)] : []),
        ],
      ],
      menus: [editMenu(id, attributes(), 1), editMenu(id, attributes(), -1), brushMenu(generation, brushes())],
    };
  },
  morph: ({ id, request }) => ({
    buttons: (request as RequestOf<'morph'>).stops.some((stop) => 'seed' in stop)
      ? [[button('🔁 Another', 'reroll', id)]]
      : [],
    menus: [],
  }),
} satisfies Record<GenerationView['request']['kind'], Offer>;

/** What moves has more frames than can be enlarged. */
const enlarge = ({ id, images }: GenerationView): Button[] =>
  images[0]?.mime === 'image/webp' ? [] : [button('Upscale', 'upscale', id, { style: 'primary' })];

const lastRow = ({ id }: GenerationView): Button[] => [
  button('Details', 'details', id),
  button('Delete', 'delete', id, { style: 'danger' }),
];

/** In the last row where there is room, else below it. */
function joined(rows: Button[][], more: Button[]): Button[][] {
  const last = rows.at(-1) ?? [];
  if (last.length + more.length <= ROW) return [...rows.slice(0, -1), [...last, ...more]];
  return [...rows, more];
}

/** How strongly a style was laid over its picture; undefined where there is no such thing. */
export function strengthOf({ recipe }: Pick<GenerationView, 'recipe'>): number | undefined {
  if (recipe.kind === 'imagine') return recipe.init?.strength;
  return 'strength' in recipe ? recipe.strength : undefined;
}

/** Of every picture with every brush, as far as a menu goes. */
function brushMenu(
  { id, images }: GenerationView,
  brushes: ReturnType<Choices['brushes']>,
  placeholder = 'Stylize with…',
): Menu {
  const shown = brushes.filter(({ name }) => isDetail(name)).slice(0, Math.max(1, Math.floor(MENU / images.length)));
  const options = images.flatMap(({ index }) =>
    shown.map(({ name, title, note }) => ({
      label: images.length > 1 ? `${index + 1}: ${title}` : title,
      ...(note && { note }),
      action: { verb: 'stylize' as const, index, generationId: id, detail: name },
    })),
  );
  return { placeholder, options: options.slice(0, MENU) };
}

/** More of each attribute, or less. */
function editMenu(id: string, attributes: ReturnType<Choices['attributes']>, amount: 1 | -1): Menu {
  const options = attributes.flatMap(({ name, title }) => {
    const detail = encodeEdit(name, amount);
    const action = { verb: 'edit' as const, index: 0, generationId: id, detail };
    return isDetail(detail) ? [{ label: `${amount > 0 ? 'More' : 'Less'}: ${title}`, action }] : [];
  });
  return { placeholder: amount > 0 ? 'More of…' : 'Less of…', options: options.slice(0, MENU) };
}

/** Where buttons would be too many: a menu to pick one of many faces or frames. */
function perPicture({ id, request, images }: GenerationView): Menu[] {
  if (images.length <= ROW) return [];
  const verb = request.kind === 'face' ? 'edit' : 'upscale';
  const options = images.map(({ index, seed }) => ({
    label: `${index + 1}: seed ${seed}`,
    action: { verb, index, generationId: id } as const,
  }));
  return [{ placeholder: request.kind === 'face' ? 'Take one…' : 'Enlarge one…', options }];
}
