/** Samplers that live in σ, after Crowson's k-diffusion: Euler, Heun, LMS, KDPM2, DPM++ SDE, iPNDM. */
import { noiseLevels, sigmaAt, timestepAt } from '../noise-levels.ts';
import { exploding } from '../preconditioning.ts';
import { sigmaRules } from '../sigma-rules.ts';
import { fractionalTimesteps } from '../timesteps.ts';
import { type Course, type Settings, skippedSteps } from './course.ts';
import { fallOverModel, single } from './levels.ts';

export function sigmaCourse(settings: Settings): Course {
  const { custom, exact, rule, steps, num_train_timesteps: total, prediction_type, timestep_type } = settings;
  const { timestep_spacing: spacing = 'linspace', steps_offset: offset = 0 } = settings;
  const levels = noiseLevels(settings).map(exact ? single : Number);
  const keep = exact ? Math.fround : Number;
  const at = (sigma: number) => timestepAt(levels, sigma);
  const continuous = timestep_type === 'continuous' && prediction_type === 'v_prediction';
  const told = continuous ? (sigma: number) => 0.25 * Math.log(sigma) : at;
  const last = settings.final_sigmas_type === 'sigma_min' ? levels[0]! : 0;

  const visited = custom.timesteps ?? fractionalTimesteps({ total, steps, spacing, offset });
  const own = visited.map((t) => sigmaAt(levels, t));
  const course = (sigmas: number[], timesteps: readonly number[]): Course => ({
    preconditioning: exploding(prediction_type),
    sigmas: sigmas.map(keep),
    timesteps: continuous ? sigmas.slice(0, -1).map(told) : timesteps.map(keep),
    timestepAt: told,
    start: spacing === 'leading' ? Math.hypot(sigmas[0]!, 1) : sigmas[0]!,
    begin: skippedSteps(settings, sigmas.length - 1),
  });
  if (custom.sigmas) return course([...custom.sigmas], custom.sigmas.slice(0, -1).map(at));
  if (settings.interpolation_type === 'log_linear' && !rule)
    return course(sigmaRules.exponential(steps + 1, levels[0]!, levels.at(-1)!), visited);
  if (!rule) return course([...own, last], visited);
  const fall = exact
    ? sigmaRules[rule](steps, settings.sigma_min ?? own.at(-1)!, settings.sigma_max ?? own[0]!)
    : fallOverModel(rule, levels, steps);
  return course([...fall, last], fall.map(at));
}
