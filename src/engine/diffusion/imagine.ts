/** The pipeline: words to pictures. */
import type { Made, Progress } from '../../core/picture.ts';
import type { RecipeOf } from '../../core/recipe.ts';
import type { Clock } from '../network.ts';
import { type Latent, scale } from '../tensor.ts';
import type { Checkpoint } from './checkpoint.ts';
import { guided, type Predict } from './guidance.ts';
import { imageSeed, startingNoise } from './noise.ts';
import { timestepAt } from './noise-levels.ts';
import { denoiser, inputScale } from './prediction.ts';
import { createPreviews } from './preview.ts';
import { samplers } from './samplers/index.ts';
import type { Condition } from './condition.ts';

export interface ImagineContext {
  signal: AbortSignal;
  clock: Clock;
  onProgress: (progress: Progress) => void;
  /** Told of every step of every image, so that someone may see that we live. */
  onBeat: () => void;
}

/** All images of a recipe side by side; each has its own noise, so it is the same alone and in company. */
export async function imagine(
  checkpoint: Checkpoint,
  recipe: RecipeOf<'imagine'>,
  context: ImagineContext,
): Promise<Made[]> {
  const { signal, clock, onProgress, onBeat } = context;
  const { vae, scheduler, levels, channels } = checkpoint;
  const shape = { channels, height: recipe.height / vae.factor, width: recipe.width / vae.factor };
  const size = channels * shape.height * shape.width;

  const [positive, negative] = await checkpoint.encodeText(recipe.prompt, recipe.negativePrompt, clock);
  const predict: Predict<Condition> = (x, sigma, conditions) => {
    const [sample, timestep] = [scale(inputScale(sigma), x), timestepAt(levels, sigma)];
    const row = { sample, timestep, height: shape.height, width: shape.width, clock };
    return Promise.all(conditions.map((condition) => checkpoint.predict({ ...row, condition })));
  };
  const denoise = denoiser(scheduler.prediction_type, guided(predict, positive, negative, recipe.guidance));

  const { sample, sigmas: schedule, start } = samplers[recipe.sampler];
  const sigmas = schedule(scheduler, recipe.steps);
  const preview = createPreviews(vae, shape, clock);
  const reached = new Array<number>(recipe.count).fill(0);
  let reports = Promise.resolve();
  const report = (index: number, step: number, x0: Latent) => {
    onBeat();
    reached[index] = step;
    if (reached.some((other) => other < step)) return; // the slowest image ends the step
    reports = reports.then(async () => {
      const picture = step < recipe.steps ? await preview(x0) : undefined;
      onProgress({ step, total: recipe.steps, ...(picture && { preview: picture }) });
    });
  };

  const latents = await Promise.all(
    Array.from({ length: recipe.count }, async (_, index) => {
      const { noise, generator } = startingNoise(recipe, index, size);
      const x = scale(start(scheduler, sigmas[0]!), noise);
      const onStep = (step: number, _total: number, x0: Latent) => report(index, step, x0);
      const out = await sample(denoise, x, sigmas, { signal, onStep, noise: () => generator.randn(size) });
      return scale(inputScale(sigmas.at(-1)!), out);
    }),
  );

  await reports;

  const made: Made[] = [];
  for (const [index, latent] of latents.entries()) {
    signal.throwIfAborted();
    made.push({ picture: await vae.decode(latent, shape, clock), seed: imageSeed(recipe, index) });
    onBeat();
  }
  return made;
}
