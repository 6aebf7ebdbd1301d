/** Models distilled to few steps: LCM and TCD. */
import { noiseLevels, timestepAt } from '../noise-levels.ts';
import { preserving } from '../preconditioning.ts';
import { distilledTimesteps } from '../timesteps.ts';
import { type Course, type Settings, skippedSteps } from './course.ts';

const LEAST_ALPHA = 1e-20;
/** The share of a step that TCD makes up with noise, unless someone says otherwise. */
const TCD_ETA = 0.3;

function visits(settings: Settings, share: number): number[] {
  const { custom, num_train_timesteps: total, steps } = settings;
  if (custom.timesteps) return [...custom.timesteps];
  const origin = custom.originalSteps ?? settings.original_inference_steps ?? 50;
  return distilledTimesteps(total, Math.max(origin, Math.min(steps, total)), steps, share);
}

/** Strength cuts the distilled timesteps themselves, so that few steps stay few. */
export function lcmCourse(settings: Settings): Course {
  const none = settings.strength === 0;
  const timesteps = none ? [] : visits(settings, settings.custom.originShare ?? settings.strength);
  const levels = noiseLevels(settings, LEAST_ALPHA);
  return {
    ...common(settings, levels, timesteps),
    sigmas: [...timesteps.map((t) => levels[t]!), 0],
    begin: settings.custom.begin ?? 0,
  };
}

/** Ends at the least trained noise; between, each step lands ηth of the way further down. */
export function tcdCourse(settings: Settings): Course {
  const eta = settings.eta ?? TCD_ETA;
  const timesteps = visits(settings, settings.custom.originShare ?? 1);
  const levels = noiseLevels(settings, LEAST_ALPHA);
  const ends = [...timesteps.slice(1), 0];
  const landings = eta > 0 ? { landings: ends.map((t) => levels[Math.floor((1 - eta) * t)]!) } : {};
  return {
    ...common(settings, levels, timesteps),
    ...landings,
    sigmas: [...timesteps, 0].map((t) => levels[t]!),
    begin: skippedSteps(settings, timesteps.length),
  };
}

const common = (settings: Settings, levels: readonly number[], timesteps: readonly number[]) => ({
  preconditioning: preserving(settings.prediction_type),
  timesteps,
  timestepAt: (sigma: number) => timestepAt(levels, sigma),
  start: timesteps.length > 0 ? Math.hypot(levels[timesteps[0]!]!, 1) : 1,
});
