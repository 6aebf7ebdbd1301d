/** diffusers' test loop over our samplers: their dummy sample, noise and network. */
import type { Custom } from '../../src/engine/diffusion/courses/course.ts';
import { bent, unbend } from '../../src/engine/diffusion/preconditioning.ts';
import { planWalk, scheduleOf, type Walk } from '../../src/engine/diffusion/schedule.ts';
import { SchedulerConfig } from '../../src/engine/diffusion/scheduler-config.ts';
import { samplerOf } from '../../src/engine/diffusion/settings.ts';
import { createGenerator } from '../../src/engine/random.ts';
import { type Latent, scale } from '../../src/engine/tensor.ts';

export interface Loop {
  scheduler: string;
  config: Record<string, unknown>;
  /** Of set_timesteps; undefined: all trained timesteps. */
  steps: number | undefined;
  custom: Custom;
  eta: number | undefined;
  strength: number | undefined;
  seed: number;
  shape: readonly number[];
  /** Model calls that were made, where fewer or more than the whole walk has. */
  calls: number | undefined;
  /** The sample is noised to where the walk begins. */
  noised: boolean;
  /** Starts at `init_noise_sigma`, in samplers of both conventions. */
  scaledStart: boolean;
  /** diffusers' tests of samplers in σ hand the scaled sample to step(), which no pipeline does. */
  handsScaled: boolean;
  /** … and those of EDM's DPM-Solver show the network the unscaled one. */
  showsUnscaled: boolean;
}

export interface Ran {
  /** As diffusers holds it. */
  out: Latent;
  noisySum: number | undefined;
  initNoiseSigma: number;
  /** Σ|x| after each model call. */
  trajectory: { t: number; sum: number }[];
  /** Of the whole walk, one for each model call. */
  timesteps: number[];
  /** Of the whole walk, each once. */
  sigmas: number[];
}

export const sumAbs = (x: Latent): number => x.reduce((sum, v) => sum + Math.abs(v), 0);

/** Counts up with the batch as the fastest axis. `noise`: counts down. */
function dummy(shape: readonly number[], noise = false): Latent {
  const size = shape.reduce((a, b) => a * b);
  const [batch] = shape as [number];
  const item = size / batch;
  return Float32Array.from({ length: size }, (_, i) => {
    const at = (i % item) * batch + Math.floor(i / item);
    return (noise ? size - 1 - at : at) / size;
  });
}

export async function runLoop(loop: Loop): Promise<Ran> {
  const config = SchedulerConfig.parse({ ...loop.config, _class_name: loop.scheduler });
  const sampler = samplerOf(config);
  const total = config.num_train_timesteps;
  const all = loop.steps === undefined ? { timesteps: Array.from({ length: total }, (_, i) => total - 1 - i) } : {};
  const custom = { ...all, ...loop.custom };
  const plan = (begin: number | undefined) =>
    planWalk(config, {
      ...{ sampler, steps: loop.steps ?? total, eta: loop.eta, strength: loop.strength },
      custom: { ...custom, ...(begin !== undefined && { begin }) },
    });
  const whole = plan(undefined);
  let ran = await trace(whole, loop);
  const { timesteps } = ran;
  const missing = timesteps.length - (loop.calls ?? timesteps.length);
  if (loop.scheduler === 'IPNDMScheduler' && -missing === timesteps.length) ran = await trace(again(whole), loop);
  for (const begin of missing > 0 ? [missing, Math.ceil(missing / 2)] : []) {
    if (ran.timesteps.length !== loop.calls) ran = await trace(plan(begin), loop); // one call a step, or two
  }
  const { preconditioning, sigmas } = whole.course;
  const seen = sigmas.map((sigma) => (preconditioning === bent ? unbend(sigma) : sigma));
  return { ...ran, timesteps, sigmas: seen };
}

/** iPNDM's test walks twice without forgetting. */
function again(walk: Walk): Walk {
  const { course } = walk;
  const { sigmas, timesteps } = course;
  return {
    ...walk,
    course: {
      ...course,
      sigmas: [...sigmas.slice(0, -1), ...sigmas],
      timesteps: [...timesteps, ...timesteps],
      ends: [...sigmas.slice(1), ...sigmas.slice(1)],
    },
  };
}

async function trace(walk: Walk, loop: Loop): Promise<Omit<Ran, 'sigmas'>> {
  const schedule = scheduleOf(walk);
  const { preconditioning, start, sigmas: whole } = walk.course;
  const { latent } = preconditioning;
  const [first] = schedule.sigmas as [number];
  const initNoiseSigma = start * latent(whole[0]!);
  const begun = scale(loop.scaledStart ? initNoiseSigma : 1, dummy(loop.shape));
  const noisy = loop.noised ? scale(latent(first), schedule.addNoise(begun, dummy(loop.shape, true))) : undefined;

  const timesteps: number[] = [];
  const trajectory: Ran['trajectory'] = [];
  const answer = async (x: Latent, sigma: number) => {
    const t = Math.fround(schedule.timestepAt(sigma));
    timesteps.push(t);
    const input = loop.handsScaled ? x : scale(loop.showsUnscaled ? latent(sigma) : schedule.inputScale(sigma), x);
    return input.map((v) => Math.fround(v * t) / Math.fround(t + 1));
  };
  const shown = (x: Latent, sigma: number) => (loop.handsScaled ? scale(schedule.inputScale(sigma), x) : x);
  const between = (x: Latent, sigma: number) => {
    trajectory.push({ t: timesteps.at(-1)!, sum: sumAbs(scale(latent(sigma), x)) });
    return sigma === whole.at(-1) ? x : shown(x, sigma);
  };
  const generator = createGenerator(loop.seed);
  const x = shown(scale(1 / latent(first), noisy ?? begun), first);
  const out = await schedule.sample(schedule.denoiser(answer, loop.shape[0]), x, {
    noise: () => generator.randn(x.length),
    between,
  });
  return {
    ...{ out: schedule.finish(out), noisySum: noisy && sumAbs(noisy), initNoiseSigma, trajectory, timesteps },
  };
}
