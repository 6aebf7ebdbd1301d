/** Models with σ of their own instead of trained timesteps: elucidated (EDM), consistency, and iPNDM's. */
import { consistent, elucidated, preserving } from '../preconditioning.ts';
import { karrasRule, sigmaRules } from '../sigma-rules.ts';
import { linspace, roundHalfEven } from '../timesteps.ts';
import { type Course, type Settings, skippedSteps } from './course.ts';

/** Karras et al. 2022, table 1, last column. */
export function elucidatedCourse(settings: Settings): Course {
  const { steps, sigma_min: min = 0.002, sigma_max: max = 80, sigma_data: data = 0.5, rho = 7, rule } = settings;
  const falling = rule ?? (settings.sigma_schedule === 'exponential' ? 'exponential' : 'karras');
  const karras = settings.schedulerClass === 'EDMDPMSolverMultistepScheduler' ? karrasSingle : karrasRule;
  const fall = falling === 'karras' ? karras(steps, min, max, rho) : sigmaRules[falling](steps, min, max);
  const sigmas = [...fall, settings.final_sigmas_type === 'sigma_min' ? min : 0].map(Math.fround);
  const told = (sigma: number) => Math.fround(0.25 * Math.log(sigma));
  return {
    preconditioning: elucidated(settings.prediction_type, data),
    sigmas,
    timesteps: sigmas.slice(0, -1).map(told),
    timestepAt: told,
    start: Math.hypot(max, 1),
    begin: skippedSteps(settings, steps),
  };
}

/** Karras' rule as torch computes it, in single precision; only the DPM-Solver of these models has it so in diffusers. */
function karrasSingle(steps: number, min: number, max: number, rho: number): number[] {
  const f = Math.fround;
  const [low, high] = [min ** (1 / rho), max ** (1 / rho)];
  return linspace(0, 1, steps).map((share) => f(f(f(high) + f(f(share) * f(low - high))) ** rho));
}

/** Song et al. 2023: Karras' σ at chosen ones of the timesteps that the model was distilled on. */
export function consistencyCourse(settings: Settings): Course {
  const { steps, sigma_min: min = 0.002, sigma_max: max = 80, sigma_data: data = 0.5, rho = 7, custom } = settings;
  const total = settings.num_train_timesteps;
  const stride = Math.floor(total / steps);
  const chosen = custom.timesteps
    ? [...custom.timesteps].reverse()
    : Array.from({ length: steps }, (_, i) => roundHalfEven(i * stride));
  const [low, high] = [min ** (1 / rho), max ** (1 / rho)];
  const fall = chosen.map((t) => (high + (t / (total - 1)) * (low - high)) ** rho);
  const told = (sigma: number) => 250 * Math.log(sigma + 1e-44);
  return {
    preconditioning: consistent(min, data),
    sigmas: [...fall, min].map(Math.fround),
    timesteps: fall.map(told),
    timestepAt: told,
    start: max,
    begin: skippedSteps(settings, fall.length),
  };
}

const DARK = 1e8;

/** Crowson's v-diffusion: √(1−ᾱ) = sin²(πt/2), the network told the angle. */
export function sinusoidCourse(settings: Settings): Course {
  const { steps, trained_betas } = settings;
  const noise = trained_betas
    ? trained_betas.map(Math.fround)
    : linspace(1, 0, steps + 1).map((t) => Math.sin((t * Math.PI) / 2) ** 2);
  const shares = noise.map((beta) => ({ beta, alpha: Math.sqrt(Math.max(0, 1 - beta ** 2)) }));
  const sigmas = shares.map(({ beta, alpha }) => beta / Math.max(alpha, 1 / DARK));
  const told = (sigma: number) => Math.fround((Math.atan(sigma) / Math.PI) * 2);
  const preconditioning = preserving(settings.prediction_type);
  const nothing = { input: 0, answer: 0 }; // what diffusers makes of the answer where there is no light at all
  return {
    preconditioning: { ...preconditioning, x0: (sigma) => (sigma >= DARK ? nothing : preconditioning.x0(sigma)) },
    sigmas,
    timesteps: shares.slice(0, -1).map(({ beta, alpha }) => Math.fround((Math.atan2(beta, alpha) / Math.PI) * 2)),
    timestepAt: told,
    start: Math.hypot(sigmas[0]!, 1),
    begin: skippedSteps(settings, steps),
  };
}
