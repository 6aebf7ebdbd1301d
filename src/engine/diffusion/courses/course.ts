import type { Preconditioning } from '../preconditioning.ts';
import type { Leg } from '../samplers/pndm.ts';
import type { SchedulerConfig } from '../scheduler-config.ts';
import type { SigmaRule } from '../sigma-rules.ts';

/** The way that a sampler is to walk a model: where it stops, and what the network is told there. */
export interface Course {
  preconditioning: Preconditioning;
  /** One more than steps; the last is where the walk ends. */
  sigmas: readonly number[];
  /** What the network is told at each σ of `sigmas` but the last. */
  timesteps: readonly number[];
  /** … and at any other σ. */
  timestepAt: (sigma: number) => number;
  /** σ that noise is multiplied with to start from it alone. */
  start: number;
  /** The index in `sigmas` to begin at. */
  begin: number;
  /** Where each step ends, where that is not quite where the next one starts. */
  ends?: readonly number[] | undefined;
  /** PNDM's model calls, and how many of them are Runge-Kutta's. */
  legs?: readonly Leg[];
  rungeKutta?: number;
  /** TCD: where each step lands before its noise. */
  landings?: readonly number[];
}

/** How to walk, every choice made: by a model's own configuration, or by a sampler's name. */
export interface Settings extends SchedulerConfig {
  steps: number;
  /** As diffusers walks this very configuration: its rounding of σ to float32 and of timesteps to whole ones. */
  exact: boolean;
  rule: SigmaRule | undefined;
  strength: number;
  /** DDIM's and TCD's share of noise. */
  eta: number | undefined;
  /** Picture tokens of the latent, for schedules that shift with the size. */
  tokens: number | undefined;
  /** What to visit instead, as handed to diffusers' set_timesteps. */
  custom: Custom;
}

export interface Custom {
  timesteps?: readonly number[] | undefined;
  sigmas?: readonly number[] | undefined;
  mu?: number | undefined;
  originalSteps?: number | undefined;
  /** Share of a distilled model's own timesteps that is used. */
  originShare?: number | undefined;
  /** The step to begin with, instead of what strength says. */
  begin?: number | undefined;
}

/** How many steps of so many are skipped at a strength: int(n·strength) remain. */
export const skippedSteps = ({ strength, custom }: Pick<Settings, 'strength' | 'custom'>, steps: number): number =>
  custom.begin ?? Math.max(0, steps - Math.min(Math.trunc(steps * strength), steps));
