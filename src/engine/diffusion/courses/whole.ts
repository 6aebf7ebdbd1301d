/** Samplers that visit trained timesteps one by one: DDPM, DDIM and its inverse, PNDM. */
import { noiseLevels, TINY_ALPHA, timestepAt } from '../noise-levels.ts';
import { preserving } from '../preconditioning.ts';
import type { Leg } from '../samplers/pndm.ts';
import { wholeTimesteps } from '../timesteps.ts';
import { type Course, type Settings, skippedSteps } from './course.ts';

/** Stands in for ᾱ = 0 where nothing but ᾱ is divided by. */
const LEAST_ALPHA = 1e-20;

const visitOf = ({ num_train_timesteps: total, steps, timestep_spacing, steps_offset: offset = 0 }: Settings) => ({
  ...{ total, steps, spacing: timestep_spacing ?? 'leading', offset },
});

/** σ of timesteps, and of what lies before the first. */
function levelsOf(settings: Settings, least = LEAST_ALPHA) {
  const levels = noiseLevels(settings, least);
  const first = settings.set_alpha_to_one === false ? levels[0]! : 0;
  return { levels, at: (t: number) => (t < 0 ? first : levels[Math.min(t, levels.length - 1)]!) };
}

/** Each step of DDPM ends where the next one starts. */
export function ddpmCourse(settings: Settings): Course {
  const { levels } = levelsOf(settings);
  const timesteps = settings.custom.timesteps ?? wholeTimesteps(visitOf(settings));
  return { ...common(settings, levels, timesteps), sigmas: [...timesteps.map((t) => levels[t]!), 0] };
}

/** Each step of DDIM goes total/steps timesteps down, which is not always where the next one starts. */
export function ddimCourse(settings: Settings): Course {
  const { levels, at } = levelsOf(settings);
  const timesteps = wholeTimesteps(visitOf(settings));
  const stride = Math.floor(settings.num_train_timesteps / settings.steps);
  const ends = timesteps.map((t) => at(t - stride));
  const sigmas = [...timesteps.map((t) => levels[t]!), ends.at(-1)!];
  return { ...common(settings, levels, timesteps), sigmas, ends };
}

/** DDIM upward, from a picture to its noise: every step is told where it ends. Mokady et al. 2023, § 3.1. */
export function inverseCourse(settings: Settings): Course {
  const { levels, at } = levelsOf(settings);
  const visit = visitOf(settings);
  const timesteps = wholeTimesteps(visit).reverse();
  const stride = Math.floor(visit.total / visit.steps);
  const sigmas = [...timesteps.map((t) => at(Math.min(t - stride, visit.total - 1))), levels[timesteps.at(-1)!]!];
  if (sigmas[0] === sigmas[1]) sigmas[0]! *= 1 - 2 ** -40; // each σ stands for one timestep
  const ends = timesteps.map((t) => levels[t]!);
  return { ...common(settings, levels, timesteps), sigmas, ends, start: Math.hypot(sigmas[0]!, 1) };
}

/** Legs of PLMS, after those of Runge-Kutta unless they are skipped. Names and repeats of timesteps as in diffusers. */
export function pndmCourse(settings: Settings): Course {
  const { levels, at } = levelsOf(settings, TINY_ALPHA); // it adds differences of σ
  const { num_train_timesteps: total, steps } = settings;
  const stride = Math.floor(total / steps);
  const rising = wholeTimesteps(visitOf(settings)).reverse();
  const full =
    settings.skip_prk_steps || rising.length < 4 ? [] : rungeKuttaLegs(rising.slice(-4), Math.floor(stride / 2), at);
  const plain = full.length > 0 ? rising.slice(0, -3).reverse() : [...rising].reverse();
  const asked = full.length > 0 || plain.length < 2 ? plain : [plain[0]!, plain[1]!, ...plain.slice(1)];
  const begin = skippedSteps(settings, steps);
  const visited = full.length > 0 ? asked : asked.slice(begin);
  const walked = [
    ...full,
    ...visited.map((t, i): Leg => {
      if (i === 1 && full.length === 0) return { at: at(t), from: at(t + stride), to: at(t) };
      return { at: at(t), from: at(t), to: at(t - stride) };
    }),
  ];
  const legs = begin < steps ? walked : []; // the repeated timestep would be left over at a strength of 0
  const timesteps = [...rising].reverse();
  const sigmas = [...timesteps.map((t) => levels[t]!), at(timesteps.at(-1)! - stride)];
  return { ...common(settings, levels, timesteps), sigmas, begin, legs, rungeKutta: full.length };
}

/** Three steps of four calls each: at the start, twice in the middle, at the end. */
function rungeKuttaLegs(lastFour: readonly number[], half: number, at: (t: number) => number): Leg[] {
  const [d, c, b, a] = lastFour as [number, number, number, number];
  return [
    [a, b],
    [b, c],
    [c, d],
  ].flatMap(([from, next]) => {
    const middle = next! + half;
    const leg = (asked: number, to: number): Leg => ({ at: at(asked), from: at(from!), to: at(to) });
    return [leg(from!, from! - half), leg(middle, middle), leg(middle, middle - half), leg(next!, next!)];
  });
}

function common(settings: Settings, levels: readonly number[], timesteps: readonly number[]) {
  const [first] = timesteps;
  return {
    preconditioning: preserving(settings.prediction_type),
    timesteps,
    timestepAt: (sigma: number) => timestepAt(levels, sigma),
    start: Math.hypot(levels[first!]!, 1),
    begin: skippedSteps(settings, timesteps.length),
  };
}
