import { AppError } from '../../core/errors.ts';
import { type Plan, promptsOf, type RecipeOf } from '../../core/recipe.ts';
import type { RequestOf } from '../../core/request.ts';
import { imageSeed } from '../diffusion/noise.ts';
import { costOf } from './cost.ts';
import type { PlanningDeps } from './models.ts';
import { DELAY_MS, type Stop } from './morph-stops.ts';

type Imagined = RecipeOf<'imagine'>;

/** What a picture was drawn from: the words and the seed alone. */
interface End {
  prompt: string;
  negativePrompt: string;
  seed: number;
}

/** A walk in the diffusion model's own spaces: along the words and the noise of two pictures. */
export function planImagineMorph(
  { catalogue }: PlanningDeps,
  { frames }: RequestOf<'morph'>,
  stops: readonly Stop[],
): Plan {
  if (stops.length > 2)
    throw new AppError('invalid_request', 'A morph of imagined pictures goes from one to another: take two.');
  const recipes = stops.flatMap((stop) => ('recipe' in stop && stop.recipe.kind === 'imagine' ? [stop.recipe] : []));
  const like = recipes[0]!;
  catalogue.get('diffusion', like.model); // it may have been replaced since
  for (const recipe of recipes) refuseUnwalkable(recipe, like);
  const [from, to] = endsOf(stops);
  const { walk: _, prompts: __, negativePrompts: ___, ...rest } = like;
  const recipe: Imagined = {
    ...rest,
    ...from,
    count: 1,
    walk: { ...to, frames, delayMs: DELAY_MS },
  };
  const [first, other = first] = recipes;
  const differs = (['steps', 'sampler', 'guidance'] as const).filter((key) => first![key] !== other![key]);
  const notes =
    differs.length > 0
      ? [
          `The pictures were made with different ${differs.join(', ')}: the first one's is used, so the last frame is not quite the second picture.`,
        ]
      : [];
  const readings = [from, to].map(({ prompt, negativePrompt }) => ({ prompt, negativePrompt }));
  return { recipe, cost: costOf(recipe), notes, readings };
}

/** Throws invalid_request for pictures between which no walk leads. */
function refuseUnwalkable(recipe: Imagined, like: Imagined): void {
  const refuse = (why: string) => {
    throw new AppError('invalid_request', why);
  };
  if (recipe.model.sha256 !== like.model.sha256)
    refuse('These pictures are of different models: a morph stays within one.');
  if (recipe.width !== like.width || recipe.height !== like.height)
    refuse('These pictures have different sizes: a morph goes between two of one size.');
  if (recipe.init || recipe.controls)
    refuse('A morph goes between pictures imagined from words alone: one of these began with a picture.');
  if (recipe.variation)
    refuse('A morph goes between pictures of a seed itself: one of these is a variation of another.');
  const extras = ({ adapters = [], embeddings = [], hires }: Imagined) =>
    JSON.stringify([adapters, embeddings, hires ?? null]);
  if (extras(recipe) !== extras(like))
    refuse(
      'These pictures were made with different additions (LoRA, embeddings, second pass): a morph needs the same for both.',
    );
}

function endsOf(stops: readonly Stop[]): [End, End] {
  const known = stops.map((stop) =>
    'recipe' in stop && stop.recipe.kind === 'imagine' ? endOf(stop.recipe, stop.index) : undefined,
  );
  const [words] = known.filter((end) => !!end);
  const [from, to] = stops.map((stop, i) => known[i] ?? { ...words!, seed: (stop as { seed: number }).seed });
  return [from!, to!];
}

/** Of one of a recipe's images; of a walk, its ends have words and a seed. Throws invalid_request for those between. */
function endOf(recipe: Imagined, index: number): End {
  const { walk } = recipe;
  if (walk && !walk.delayMs && index === walk.frames - 1) {
    const { prompt, negativePrompt, seed } = walk;
    return { prompt, negativePrompt, seed };
  }
  if (walk && index > 0)
    throw new AppError(
      'invalid_request',
      'A frame on the way of a walk has no words of its own. Take the first or the last.',
    );
  return { ...promptsOf(recipe, index), seed: imageSeed(recipe, index) };
}
