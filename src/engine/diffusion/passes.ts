import type { RecipeOf } from '../../core/recipe.ts';
import type { Checkpoint } from './checkpoint.ts';
import { openSchedule, type Schedule } from './schedule.ts';
import type { LatentShape } from './vae.ts';

/** One way down a schedule, at one size. */
export interface Pass {
  schedule: Schedule;
  shape: LatentShape;
  /** Steps the schedule has when nothing is kept of a picture. */
  steps: number;
  /** Steps of the pass before. */
  earlier: number;
}

/** The first pass, and the second of a high-resolution fix. */
export function passesOf(checkpoint: Checkpoint, recipe: RecipeOf<'imagine'>): Pass[] {
  const { scheduler, channels, vae, family } = checkpoint;
  const pass = (
    wanted: { width: number; height: number; steps: number; strength?: number | undefined },
    earlier = 0,
  ) => {
    const { steps, strength } = wanted;
    const shape = { channels, height: wanted.height / vae.factor, width: wanted.width / vae.factor };
    const tokens = family === 'flux' ? (shape.height * shape.width) / 4 : undefined; // two by two cells are one
    const asked = { sampler: recipe.sampler, steps, strength, tokens };
    return { schedule: openSchedule(scheduler, asked), shape, steps, earlier };
  };
  const first = pass({ ...recipe, strength: recipe.init?.strength });
  return recipe.hires ? [first, pass(recipe.hires, first.schedule.steps)] : [first];
}
