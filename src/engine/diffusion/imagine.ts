/** The front: words, and whatever stands beside them, to pictures. The steps themselves are in denoising.ts. */
import type { GenerateContext, Made, Picture } from '../../core/picture.ts';
import { type ModelRef, promptsOf, type RecipeOf } from '../../core/recipe.ts';
import { type Keeping, NOTHING_KEPT } from '../keeping.ts';
import type { Clock } from '../network.ts';
import type { Latent } from '../tensor.ts';
import { type Beginning, begin, unmasked } from './beginning.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { PromptPlans } from './condition.ts';
import { denoise, type PredictRow } from './denoising.ts';
import { enlargeLatent, enlargePixels } from './enlargement.ts';
import { imageSeed, shareOfFrame } from './noise.ts';
import { type Pass, passesOf } from './passes.ts';
import { createReports } from './progress.ts';
import { type ImageState, RunState } from './run-state.ts';
import { startOf } from './start.ts';
import type { LatentShape } from './vae.ts';
import { plansBetween } from './walk.ts';

type ImagineRecipe = RecipeOf<'imagine'>;

export interface ImagineContext extends Pick<GenerateContext, 'signal' | 'onProgress' | 'load'> {
  clock: Clock;
  /** Told of every step of every image, so that someone may see that we live. */
  onBeat: () => void;
  /** The network, steered by the recipe's controls. */
  predict: PredictRow;
  /** A picture at this size, by an upscaler. */
  enlarge: (picture: Picture, model: ModelRef, size: { width: number; height: number }) => Promise<Picture>;
  keeping?: Keeping;
}

/** All images of a recipe side by side; each has its own noise, so it is the same alone and in company. */
export async function imagine(checkpoint: Checkpoint, recipe: ImagineRecipe, context: ImagineContext): Promise<Made[]> {
  const { vae, embedsGuidance } = checkpoint;
  const { signal, clock, predict, onBeat, keeping = NOTHING_KEPT } = context;
  const passes = passesOf(checkpoint, recipe);
  const total = passes.reduce((sum, { schedule }) => sum + schedule.steps, 0);
  const reports = createReports({ vae, ...context }, imagesOf(recipe), total);

  const left = keeping.restored ? RunState.parse(keeping.restored) : undefined;
  let latents = left?.before;
  for (const [number, pass] of passes.entries()) {
    if (left && number < left.pass) continue;
    const images: RunState['images'] = left?.pass === number ? [...left.images] : [];
    const before = latents;
    const state = (): RunState => {
      const waits = images.length < imagesOf(recipe) || images.includes(undefined);
      return { pass: number, images, ...(waits && before && { before }) };
    };
    if (before) keeping.mark(state);
    const from = passes[number - 1]?.shape;
    const beginning = await beginningOf(checkpoint, recipe, context, pass.shape);
    const larger = before && from && (await enlarged(checkpoint, recipe, context, before, from, pass.shape));
    const plans = await plansOf(checkpoint, recipe, pass, clock);
    const starts = plans.map((plans, index) => {
      const picture = larger ? larger[index] : beginning.latent;
      return { plans, ...startOf(recipe, pass, index, picture, beginning, images[index]) };
    });
    const { schedule } = pass;
    const behind = images.map((image) => image?.step ?? 0);
    const onStep = reports.pass(pass.shape, pass.earlier, behind);
    const onState = (index: number, image: ImageState) => {
      images[index] = image;
      keeping.keep(state);
    };
    latents = await denoise(
      { schedule, shape: pass.shape, recipe, predict, embedsGuidance, signal, clock, onStep, onState },
      starts,
    );
    keeping.mark(state);
  }
  const { shape } = passes.at(-1)!;
  await reports.end();

  const made: Made[] = [];
  for (const [index, latent] of latents!.entries()) {
    signal.throwIfAborted();
    made.push({ picture: await vae.decode(latent, shape, clock), seed: imageSeed(recipe, index) });
    onBeat();
  }
  return made;
}

const imagesOf = ({ walk, count }: ImagineRecipe): number => walk?.frames ?? count;

/** One per image. */
async function plansOf(
  checkpoint: Checkpoint,
  recipe: ImagineRecipe,
  { steps, earlier }: Pass,
  clock: Clock,
): Promise<PromptPlans[]> {
  const { walk, clipSkip, weighting } = recipe;
  const options = { steps, clipSkip, weighting, ...(earlier > 0 && { earlier }) };
  if (!walk) {
    const pairs = Array.from({ length: recipe.count }, (_, index) => promptsOf(recipe, index));
    return checkpoint.encodePrompts(pairs, options, clock);
  }
  const ends = [promptsOf(recipe, 0), walk];
  const [from, to] = await checkpoint.encodePrompts(ends, { ...options, alike: true }, clock);
  return Array.from({ length: walk.frames }, (_, frame) => plansBetween(shareOfFrame(frame, walk.frames), from!, to!));
}

/** The recipe's picture at this size, if it has one. */
async function beginningOf(
  { vae, extraChannels }: Checkpoint,
  { init }: ImagineRecipe,
  { load, clock }: ImagineContext,
  shape: LatentShape,
): Promise<Partial<Beginning>> {
  const inpaints = extraChannels > 0;
  if (init) return begin({ vae, load, clock }, init, shape, inpaints);
  return inpaints ? { extra: await unmasked({ vae, clock }, shape) } : {};
}

/** What the pass before made, at the size of the next. */
async function enlarged(
  { vae }: Checkpoint,
  { hires }: ImagineRecipe,
  { signal, clock, enlarge, onBeat }: ImagineContext,
  latents: readonly Latent[],
  from: LatentShape,
  to: LatentShape,
): Promise<Latent[]> {
  const upscaler = hires?.upscaler;
  if (!upscaler) return latents.map((latent) => enlargeLatent(latent, from, to));
  const by = (picture: Picture, width: number, height: number) => enlarge(picture, upscaler, { width, height });
  const larger: Latent[] = [];
  for (const latent of latents) {
    signal.throwIfAborted();
    larger.push(await enlargePixels({ vae, clock, enlarge: by }, latent, from, to));
    onBeat();
  }
  return larger;
}
