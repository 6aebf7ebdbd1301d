/** Quick pictures through the real engine: of the same seed, near to what the model draws in all its steps. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { psnr } from '../../../bench/metrics/psnr.ts';
import type { Picture } from '../../../src/core/picture.ts';
import { Recipe, type RecipeOf } from '../../../src/core/recipe.ts';
import { Request } from '../../../src/core/request.ts';
import { openCatalogue } from '../../../src/engine/catalogue.ts';
import { openDevice } from '../../../src/engine/device.ts';
import { createLocalEngine, type Engine } from '../../../src/engine/engine.ts';
import { createPlanner, type Planner } from '../../../src/engine/plan.ts';
import { aContext, DEFAULT_MODEL, hashes, log, MODELS_DIR } from './an-engine.ts';

let engine: Engine;
let plan: Planner;
beforeAll(async () => {
  const catalogue = await openCatalogue({ MODELS_DIR });
  plan = createPlanner({ catalogue, config: { DEFAULT_MODEL } });
  engine = createLocalEngine({ catalogue, device: await openDevice({ log }, 'cpu', 1), log });
});
afterAll(() => engine?.close());

function recipeOf(prompt: string, over: object = {}): RecipeOf<'imagine'> {
  const { recipe } = plan(Request.parse({ kind: 'imagine', prompt, seed: 7, ...over }));
  if (recipe.kind !== 'imagine') throw new TypeError(recipe.kind);
  const { display: _, ...small } = recipe;
  return small;
}
const draw = async (recipe: RecipeOf<'imagine'>): Promise<Picture> =>
  (await engine.generate(recipe, aContext())).images[0]!.picture;

it.each(['a purple shark on a cyan background', 'a lemon and a bee on an orange background'])(
  '%s, quickly, is nearer to the whole walk than as many steps of it are',
  async (prompt) => {
    const whole = await draw(recipeOf(prompt));
    const [quick, short] = [await draw(recipeOf(prompt, { quick: true })), await draw(recipeOf(prompt, { steps: 4 }))];
    // What held-out captions give on average is in models/EVAL.md.
    expect(psnr(quick, whole)).toBeGreaterThan(psnr(short, whole) + 1);
  },
);

it('the recorded recipe of a quick picture gives it again, to the byte', async () => {
  const recipe = recipeOf('two red apples', { quick: true });
  const recorded = Recipe.parse(JSON.parse(JSON.stringify(recipe)));
  const [first, again] = [await engine.generate(recipe, aContext()), await engine.generate(recorded, aContext())];
  expect(hashes(again)).toEqual(hashes(first));
});
