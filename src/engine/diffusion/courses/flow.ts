/** Rectified flow: Stable Diffusion 3 and FLUX. Esser et al. 2024, § 5.3.2. */
import { bend, bent, straight, unbend } from '../preconditioning.ts';
import { sigmaRules } from '../sigma-rules.ts';
import { linspace } from '../timesteps.ts';
import { type Course, type Settings, skippedSteps } from './course.ts';

/** Bent σ are infinite at 1. */
const MOST = 0.999;

/** `bending`: for samplers that know x₀ + σ·n only, as most do. */
export function flowCourse(settings: Settings, bending: boolean): Course {
  const total = settings.num_train_timesteps;
  const { shares, timesteps } = flowShares(settings);
  const start = { begin: skippedSteps(settings, shares.length - 1), timesteps };
  if (!bending)
    return { ...start, preconditioning: straight, sigmas: shares, timestepAt: (share) => share * total, start: 1 };
  const sigmas = shares.map((share) => bend(Math.min(share, MOST)));
  return {
    ...start,
    preconditioning: bent,
    sigmas,
    timestepAt: (sigma) => unbend(sigma) * total,
    start: 1 + sigmas[0]!,
  };
}

/** The share of noise at every step, and what the network is told. */
function flowShares(settings: Settings): { shares: number[]; timesteps: number[] } {
  const {
    steps,
    num_train_timesteps: total,
    custom,
    rule,
    shift_terminal: terminal,
    invert_sigmas: inverted,
  } = settings;
  const shift = settings.shift ?? settings.flow_shift ?? 1;
  const dynamic = settings.use_dynamic_shifting ?? false;
  const shifted = (share: number) => (shift * share) / (1 + (shift - 1) * share);
  const [top, bottom] = [1, 1 / total].map((share) => (dynamic ? share : shifted(share))) as [number, number];

  // FLUX gives its own: evenly down to 1/steps. The others go to the least trained share.
  const even = dynamic
    ? linspace(1, 1 / steps, steps)
    : linspace(top * total, bottom * total, steps).map((t) => t / total);
  let shares = [...(custom.sigmas ?? custom.timesteps?.map((t) => t / total) ?? even)];
  shares = shares.map(dynamic ? timeShift(settings) : shifted);
  if (terminal) {
    const scale = (1 - shares.at(-1)!) / (1 - terminal);
    shares = shares.map((share) => 1 - (1 - share) / scale);
  }
  if (rule) shares = sigmaRules[rule](shares.length, shares.at(-1)!, shares[0]!);
  shares = shares.map(Math.fround);
  if (inverted) shares = shares.map((share) => Math.fround(1 - share));
  const told =
    custom.timesteps && !inverted ? [...custom.timesteps] : shares.map((share) => Math.fround(share * total));
  return { shares: [...shares, inverted ? 1 : 0], timesteps: told };
}

/** More noise for larger pictures: μ rises linearly with the tokens. */
function timeShift({ custom, tokens, time_shift_type, ...settings }: Settings): (share: number) => number {
  const { base_shift = 0.5, max_shift = 1.15, base_image_seq_len = 256, max_image_seq_len = 4096 } = settings;
  const slope = (max_shift - base_shift) / (max_image_seq_len - base_image_seq_len);
  const mu = custom.mu ?? base_shift + slope * ((tokens ?? max_image_seq_len) - base_image_seq_len);
  const strength = time_shift_type === 'linear' ? mu : Math.exp(mu);
  return (share) => strength / (strength + (1 / share - 1));
}
