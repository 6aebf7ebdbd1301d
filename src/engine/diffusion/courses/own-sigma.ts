/** Models with σ of their own instead of trained timesteps: elucidated (EDM), consistency, and iPNDM's. */
import { consistent, elucidated, preserving, unit } from '../preconditioning.ts';
import { karrasRule, sigmaRules } from '../sigma-rules.ts';
import { linspace, roundHalfEven } from '../timesteps.ts';
import { type Course, type Settings, skippedSteps } from './course.ts';

/** Karras et al. 2022, table 1, last column. */
export function elucidatedCourse(settings: Settings): Course {
  const { steps, sigma_min: min = 0.002, sigma_max: max = 80, sigma_data: data = 0.5, rho = 7, rule } = settings;
  const falling = rule ?? (settings.sigma_schedule === 'exponential' ? 'exponential' : 'karras');
  const karras = settings.schedulerClass === 'EDMDPMSolverMultistepScheduler' ? karrasSingle : karrasRule;
  const falls = (n: number) => (falling === 'karras' ? karras(n, min, max, rho) : sigmaRules[falling](n, min, max));
  const stops = settings.final_sigmas_type === 'sigma_min';
  const sigmas = (stops && !settings.exact ? falls(steps + 1) : [...falls(steps), stops ? min : 0]).map(Math.fround);
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

const f = Math.fround;
const DARK = 1e8;

/** Crowson's v-diffusion: √(1−ᾱ) = sin²(πt/2), the network told the angle. In float32 as torch has it: near t = 1, α has few digits. */
export function sinusoidCourse(settings: Settings): Course {
  const { steps, trained_betas } = settings;
  const betas =
    trained_betas?.map(f) ?? linspace(1, 0, steps + 1).map((t) => f(f(Math.sin(f((f(t) * Math.PI) / 2))) ** 2));
  const levels = betas.map((beta) => ({ beta, alpha: f(Math.sqrt(f(1 - f(beta ** 2)))) }));
  const sigmas = levels.map(({ beta, alpha }) => beta / Math.max(alpha, 1 / DARK));
  const known = new Map(levels.map((level, i) => [sigmas[i]!, level] as const));
  const at = (sigma: number) => known.get(sigma) ?? { beta: sigma / Math.hypot(sigma, 1), alpha: unit(sigma) };
  const light = (sigma: number) => Math.max(at(sigma).alpha, 1 / DARK);
  const noise = (sigma: number) => {
    const { beta, alpha } = at(sigma);
    return { input: beta * light(sigma), answer: alpha };
  };
  const x0 = (sigma: number) => {
    const { input, answer } = noise(sigma);
    return sigma >= DARK ? { input: 0, answer: 0 } : { input: 1 - sigma * input, answer: -sigma * answer };
  };
  const own = settings.prediction_type === 'v_prediction';
  return {
    preconditioning: {
      ...preserving(settings.prediction_type),
      ...(own && { input: light, latent: light, x0, noise }),
    },
    sigmas,
    timesteps: levels.slice(0, -1).map(({ beta, alpha }) => f((Math.atan2(beta, alpha) / Math.PI) * 2)),
    timestepAt: (sigma) => f((Math.atan(sigma) / Math.PI) * 2),
    start: 1 / light(sigmas[0]!),
    begin: skippedSteps(settings, steps),
  };
}
