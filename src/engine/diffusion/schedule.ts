/** A schedule is a list of σ, falling, ending where the sampler stops. */
import { noiseLevels, type SchedulerConfig, sigmaAt } from './noise-levels.ts';

/** Which of the trained timesteps to visit, highest first. Table 2 of Lin et al. 2023; names and rounding as in diffusers. */
export function spacedTimesteps(config: SchedulerConfig, steps: number): number[] {
  const { num_train_timesteps: total, timestep_spacing: spacing, steps_offset: offset } = config;
  const at = {
    linspace: (i: number) => (steps === 1 ? 0 : Math.fround(((total - 1) * (steps - 1 - i)) / (steps - 1))),
    leading: (i: number) => (steps - 1 - i) * Math.floor(total / steps) + offset,
    trailing: (i: number) => Math.round(total - (i * total) / steps) - 1,
  }[spacing];
  return Array.from({ length: steps }, (_, i) => at(i));
}

/** σ at the model's own spacing, then 0. */
export const spacedSigmas = (config: SchedulerConfig, steps: number): number[] => {
  const levels = noiseLevels(config);
  return [...spacedTimesteps(config, steps).map((t) => sigmaAt(levels, t)), 0];
};

/** The same, ending at the model's least noise where its configuration says so (`set_alpha_to_one: false`). */
export const ddimSigmas = (config: SchedulerConfig, steps: number): number[] => {
  const sigmas = spacedSigmas(config, steps);
  if (!config.set_alpha_to_one) sigmas[steps] = noiseLevels(config)[0]!;
  return sigmas;
};

/** The noise schedule of Karras et al. 2022, eq. 5, with the final zero appended. */
export function karrasSigmas(steps: number, min: number, max: number, rho = 7): number[] {
  const [low, high] = [min ** (1 / rho), max ** (1 / rho)];
  const ramp = (i: number) => (steps === 1 ? 0 : i / (steps - 1));
  return [...Array.from({ length: steps }, (_, i) => (high + ramp(i) * (low - high)) ** rho), 0];
}

const HIGHEST = 80; // σ range of Karras et al. 2022, table 1
const LOWEST = 0.02;

/**
 * Karras' schedule over the model's whole range. A cosine schedule ends at σ ≈ 20,000, where it would spend most of its
 * steps on pure noise: such a model takes one step from its own end down to σ = 80, and the rest from there.
 */
export function modelKarrasSigmas(config: SchedulerConfig, steps: number): number[] {
  const levels = noiseLevels(config);
  const [min, max] = [Math.max(levels[0]!, LOWEST), levels.at(-1)!];
  if (max <= HIGHEST || steps < 3) return karrasSigmas(steps, min, max);
  return [max, ...karrasSigmas(steps - 1, min, HIGHEST)];
}
