/** The denoising core, which every front shares: pictures of one size walk side by side down one schedule. */
import type { RecipeOf } from '../../core/recipe.ts';
import type { Clock } from '../network.ts';
import { type Latent, scale } from '../tensor.ts';
import type { Condition, PromptPlans } from './condition.ts';
import { guide, type PredictAll } from './guidance.ts';
import type { Row } from './predictor.ts';
import type { ImageState } from './run-state.ts';
import type { WalkState } from './sampler.ts';
import type { Schedule } from './schedule.ts';
import type { LatentShape } from './vae.ts';

/** Where in a run a row belongs. */
export interface Moment {
  /** Of the whole schedule, in [0, 1). */
  share: number;
  /** False for the negative prompt. */
  positive: boolean;
}

/** The network's answer for one row. */
export type PredictRow = (row: Row, at: Moment) => Promise<Latent>;

/** One picture at the top of its schedule. */
export interface Start {
  x: Latent;
  plans: PromptPlans<Condition>;
  /** Fresh normals, for samplers that put noise back. */
  noise: () => Latent;
  /** Applied to x between the steps: inpainting puts the old picture back, under noise. */
  between?: (x: Latent, sigma: number) => Latent;
  /** Applied to the latent that comes out: inpainting puts the old picture back as it was. */
  after?: (latent: Latent) => Latent;
  /** [extraChannels, height, width] for inpainting networks. */
  extra?: Latent;
  /** Where to go on, instead of at x; `noise` goes on too. */
  resume?: ImageState;
}

export interface Pass {
  schedule: Schedule;
  shape: LatentShape;
  recipe: Pick<RecipeOf<'imagine'>, 'guidance' | 'guidanceInterval' | 'guidanceRescale'>;
  /** Control, if there is any, and the network's batcher behind it. */
  predict: PredictRow;
  /** Guidance is an input of the network. */
  embedsGuidance: boolean;
  signal: AbortSignal;
  clock: Clock;
  /** Told of every step of every picture. */
  onStep: (index: number, step: number, x0: Latent) => void;
  /** Told before that how each picture goes on. */
  onState?: (index: number, state: ImageState) => void;
}

/**
 * The chain: sampler ← prediction (ε, v or x₀) ← guidance ← control ← network. Each picture has its own.
 * A schedule without steps changes nothing.
 */
export function denoise(pass: Pass, starts: readonly Start[]): Promise<Latent[]> {
  const { schedule, shape, recipe, predict, embedsGuidance, signal, clock, onStep, onState } = pass;
  const { guidance: strength, guidanceInterval: interval, guidanceRescale: rescale } = recipe;
  const guidance = { scale: embedsGuidance ? 1 : strength, interval, rescale };

  if (schedule.steps === 0) return Promise.resolve(starts.map(({ x }) => x));
  return Promise.all(
    starts.map(async ({ x, plans, noise, between, after, extra, resume }, index) => {
      let drawn = resume?.drawn ?? 0;
      const ask: PredictAll<Condition> = (x, sigma, asks, share) => {
        const row = {
          ...{ sample: scale(schedule.inputScale(sigma), x), timestep: schedule.timestepAt(sigma) },
          ...{ height: shape.height, width: shape.width, clock },
          ...(extra && { extra }),
          ...(embedsGuidance && { guidance: strength }),
        };
        return Promise.all(asks.map(({ condition, positive }) => predict({ ...row, condition }, { share, positive })));
      };
      const denoiser = schedule.denoiser(guide(ask, plans, guidance, schedule.shareAt));
      const options = {
        ...{ signal, resume },
        noise: () => {
          drawn++;
          return noise();
        },
        onState: (state: WalkState) => onState?.(index, { ...state, drawn }),
        ...(between && { between }),
        onStep: (step: number, _: number, x0: Latent) => onStep(index, step, x0),
      };
      const latent = schedule.finish(await schedule.sample(denoiser, x, options));
      return after?.(latent) ?? latent;
    }),
  );
}
