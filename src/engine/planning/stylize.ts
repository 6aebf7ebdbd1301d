/** From a picture and what it is to be like to a recipe: the pipeline is chosen here, and the person told which and why. */
import { AppError } from '../../core/errors.ts';
import type { Plan, RecipeOf, Source, Sources, StoredPicture } from '../../core/recipe.ts';
import type { RequestOf } from '../../core/request.ts';
import { gatysSettings } from './gatys.ts';
import { planImagine } from './imagine.ts';
import type { PlanningDeps } from './models.ts';
import { type Route, route } from './route.ts';
import { fitted, framesUsed, shortenedNotes, stillOf, storedOf } from './stored.ts';
import type { WordingDeps } from './words.ts';

type Asked = RequestOf<'stylize'>;
type Deps = PlanningDeps & WordingDeps;

/**
 * Painted as a whole, 2 million pixels take 1.4 GB and two or three seconds of two cores; in tiles time is the only
 * bound. A film may take a quarter of a minute.
 */
const MOST_PIXELS = { whole: 2 * 2 ** 20, tiled: 4 * 2 ** 20, film: 12 * 2 ** 20 };
/** Two or three seconds with judging and marking. */
const MOST_LIGHT_PIXELS = 2 ** 20;
const MOST_LIGHT_FRAMES = 4;

export function planStylize(deps: Deps, request: Asked, sources: Sources): Plan {
  const way = route(deps.catalogue, request);
  switch (way.by) {
    case 'brush':
      return planBrush(way, request, sources);
    case 'adain':
      return planAdain(way, request, sources);
    case 'gatys':
      return planGatys(way, request, sources);
    case 'words':
      return planWords(deps, way, request, sources);
  }
}

type By<W extends Route['by']> = Extract<Route, { by: W }>;

function planBrush({ brush: { model, direction }, why }: By<'brush'>, request: Asked, sources: Sources): Plan {
  const source = sources(request.source);
  const most = model.manifest.tile ? MOST_PIXELS.tiled : MOST_PIXELS.whole;
  const { stored, size, notes, pixels, light } = room(storedOf(source), most);
  const recipe: RecipeOf<'brush'> = {
    ...{ v: 1, kind: 'brush', model: model.ref, source: stored, ...size },
    ...(direction && { direction }),
    ...common(request, source, sources),
  };
  return { recipe, cost: pixels / 1e6, light, notes: [why, ...notes] };
}

function planAdain({ model, why }: By<'adain'>, request: Asked, sources: Sources): Plan {
  const source = sources(request.source);
  const { stored, size, notes, pixels, light } = room(storedOf(source), MOST_PIXELS.whole);
  const recipe: RecipeOf<'adain'> = {
    ...{ v: 1, kind: 'adain', model: model.ref, source: stored, ...size },
    styles: stylesOf(request, sources),
    ...common(request, source, sources),
  };
  return { recipe, cost: pixels / 1e6, light, notes: [why, ...notes] };
}

function planGatys({ model, why }: By<'gatys'>, request: Asked, sources: Sources): Plan {
  const source = sources(request.source);
  const stored = storedOf(source);
  const { width, height, iterations, smoothness, passes } = gatysSettings(stored);
  const smaller = width < stored.width ? [shrunk(stored, { width, height })] : [];
  const recipe: RecipeOf<'gatys'> = {
    ...{ v: 1, kind: 'gatys', model: model.ref, source: stillOf(source) },
    styles: stylesOf(request, sources),
    ...{ width, height, iterations, smoothness },
    ...common(request, source, sources),
  };
  const cost = (width * height * passes) / 1e6;
  return { recipe, cost, notes: [why, ...firstFrameNotes(stored), ...smaller] };
}

function planWords(deps: Deps, { words, why }: By<'words'>, request: Asked, sources: Sources): Plan {
  const { source, strength, mask, seed, keepColours } = request;
  const plan = planImagine(
    deps,
    {
      ...{ kind: 'imagine', prompt: words, negativePrompt: '', count: 1, private: request.private },
      ...(seed !== undefined && { seed }),
      init: { picture: source, ...(strength !== undefined && { strength }), ...(mask && { mask }) },
    },
    sources,
  );
  const idle = keepColours === 'no' ? [] : ['What is painted from words does not keep the colours.'];
  return { ...plan, notes: [why, ...firstFrameNotes(storedOf(sources(source))), ...idle, ...plan.notes] };
}

/** What all ways have in common. */
const common = ({ strength = 1, keepColours, mask, seed }: Asked, source: Source, sources: Sources) => ({
  ...{ strength, keepColours, seed: seed ?? source.seed ?? 0 },
  ...(mask && { mask: stillOf(sources(mask)) }),
});

/** Weights that add up to 1. */
function stylesOf({ styles = [] }: Asked, sources: Sources): RecipeOf<'adain'>['styles'] {
  const total = styles.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0)
    throw new AppError('invalid_request', 'All styles have the weight 0: give at least one of them more.');
  return styles.map(({ picture, weight, mask }) => ({
    picture: stillOf(sources(picture)),
    weight: weight / total,
    ...(mask && { mask: stillOf(sources(mask)) }),
  }));
}

/** At which size a picture, or all frames of one that moves, are worked on. */
function room(stored: StoredPicture, most: number) {
  const frames = framesUsed(stored);
  const size = fitted(stored, Math.min(most, MOST_PIXELS.film / frames));
  const { width, height } = size ?? stored;
  const pixels = width * height * frames;
  return {
    ...{ stored, size, pixels },
    notes: [...shortenedNotes(stored), ...(size ? [shrunk(stored, size)] : [])],
    light: pixels <= MOST_LIGHT_PIXELS && frames <= MOST_LIGHT_FRAMES,
  };
}

interface Size {
  width: number;
  height: number;
}

const shrunk = (from: Size, to: Size) =>
  `${from.width}×${from.height} pixels are more than are painted at once here: the result has ${to.width}×${to.height}.`;

const firstFrameNotes = ({ frames }: StoredPicture): string[] =>
  frames ? ['This way takes the first frame of a moving picture. Brushes take all of them.'] : [];
