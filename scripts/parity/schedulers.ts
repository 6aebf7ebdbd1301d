/** `--refs`: every scheduler loop of a file, against ours. */
import { SCHEDULERS } from '../../src/engine/diffusion/scheduler-config.ts';
import { type Check, type Line, lineOf } from './line.ts';
import { type Loop, type Ran, runLoop, sumAbs } from './loop.ts';
import { type Computed, type Published, References } from './reference.ts';

/** float32 rounding over a walk, of values around 1; diffusers rounds at every operation, we at every step. */
const CLOSE = 2e-4;
const RELATIVE = 2e-5;

const TREE =
  'its noise is a Brownian tree that torchsde seeds node by node with numpy’s SeedSequence; our DPM++ SDE draws from torch’s generator instead';

const SHAPE = [4, 3, 8, 8];
const IN_SIGMA =
  /^(LMSDiscrete|EulerDiscrete|EulerAncestralDiscrete|HeunDiscrete|KDPM2Discrete|KDPM2AncestralDiscrete|DPMSolverSDE)Scheduler$/;
const SCALES_START = /^(EDMEuler|CMStochasticIterative)Scheduler$/;

export async function schedulerLines(file: unknown): Promise<Line[]> {
  const { entries, computed } = References.parse(file);
  const lines: Line[] = [];
  for (const entry of entries) lines.push(await told(entry.name, () => publishedLine(entry, entries)));
  for (const entry of computed) lines.push(await told(entry.name, () => computedLine(entry)));
  return lines;
}

async function told(name: string, run: () => Promise<Line>): Promise<Line> {
  try {
    return await run();
  } catch (error) {
    return { name, state: 'FAIL', text: error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error) };
  }
}

function unknown(scheduler: string): string | undefined {
  return Object.hasOwn(SCHEDULERS, scheduler) ? undefined : `there is no scheduler called ${scheduler} here`;
}

async function publishedLine(entry: Published, all: readonly Published[]): Promise<Line> {
  const { name, scheduler, computed } = entry;
  if (/DPMSolverSDE/.test(`${scheduler} ${entry.scheduler_test_class}`)) return { name, state: 'skip', text: TREE };
  if (!scheduler)
    return { name, state: 'skip', text: `no scheduler was recorded: ${entry.error ?? 'no reason given'}` };
  const missing = unknown(scheduler);
  if (missing) return { name, state: 'FAIL', text: missing };
  const ran = await runLoop(publishedLoop(entry, scheduler));
  const checks = [...outcome(ran, entry, computed), ...path(ran, entry)];
  if (computed?.test_assertions_pass !== false) return lineOf(name, [...asserted(ran, entry), ...checks]);
  // The recorded run had another configuration than the assertion is about: that of the class's plain loop.
  const plain = all.find(
    (other) =>
      other.scheduler_test_class === entry.scheduler_test_class && other.name.endsWith('test_full_loop_no_noise'),
  );
  if (!plain) return lineOf(name, checks);
  return lineOf(name, [...asserted(await runLoop(publishedLoop(plain, scheduler)), entry), ...checks]);
}

export function publishedLoop(entry: Published, scheduler: string): Loop {
  const { set_timesteps: set, calls, computed } = entry;
  const inSigma = IN_SIGMA.test(scheduler);
  return {
    ...{ scheduler, config: entry.config, ...asked(set?.args[0] ?? undefined, set?.kwargs ?? {}, set !== undefined) },
    eta: entry.eta ?? (scheduler === 'TCDScheduler' ? 0 : undefined),
    strength: entry.strength ?? undefined,
    seed: entry.seed ?? 0,
    shape: computed?.shape ?? (/1D/.test(entry.scheduler_test_class) ? [4, 3, 8] : SHAPE),
    calls: entry.name.endsWith('test_switch') ? undefined : calls?.step_calls,
    noised: entry.add_noise !== undefined && entry.add_noise !== null,
    scaledStart: inSigma || SCALES_START.test(scheduler),
    handsScaled: inSigma,
    showsUnscaled: calls?.scale_model_input === 0,
  };
}

async function computedLine(entry: Computed): Promise<Line> {
  const { name, scheduler, timesteps, trajectory_sum_abs: sums, steps } = entry;
  const missing = unknown(scheduler);
  if (missing) return { name, state: 'FAIL', text: missing };
  if (scheduler === 'DPMSolverSDEScheduler') return { name, state: 'skip', text: TREE };
  const { strength: share, ...kwargs } = entry.set_timesteps_kwargs;
  const strength = entry.strength ?? undefined;
  const distilled = scheduler === 'LCMScheduler';
  const calls = sums?.length ?? timesteps?.length;
  const set = asked(steps ?? undefined, { ...kwargs, strength: share ?? (distilled ? strength : undefined) }, true);
  const img2img =
    strength !== undefined ||
    share !== undefined ||
    /img2img|strength|add_noise/.test(`${name} ${Object.keys(entry).join(' ')}`);
  const loop = {
    scheduler,
    config: entry.config,
    ...set,
    eta: entry.eta ?? undefined,
    strength: calls === undefined && !distilled ? strength : undefined,
  };
  const run = (noised: boolean) =>
    runLoop({
      ...{ ...loop, seed: entry.seed ?? entry.generator_seed ?? 0, shape: SHAPE, calls },
      ...{ noised, scaledStart: !noised, handsScaled: false, showsUnscaled: false },
    });
  let ran = await run(img2img);
  const cut = calls !== undefined && calls < ran.timesteps.length;
  if (cut && !img2img) ran = await run(true); // a walk without its beginning starts from a picture
  const want = {
    sum_abs: entry.result_sum,
    mean_abs: entry.result_mean ?? undefined,
    first8: entry.first8,
    last4: entry.last4,
  };
  const along = (sums ?? []).map((sum, i) => close(`after call ${i + 1}`, ran.trajectory[i]?.sum ?? Number.NaN, sum));
  return lineOf(name, [...outcome(ran, entry, want), ...along]);
}

/** set_timesteps' arguments. */
function asked(
  first: number | undefined,
  kwargs: Record<string, unknown>,
  set: boolean,
): Pick<Loop, 'steps' | 'custom'> {
  const list = (value: unknown) => (Array.isArray(value) ? (value as number[]) : undefined);
  const one = (value: unknown) => (typeof value === 'number' ? value : undefined);
  const [timesteps, sigmas] = [list(kwargs.timesteps), list(kwargs.sigmas)];
  const steps = first ?? one(kwargs.num_inference_steps) ?? timesteps?.length ?? sigmas?.length;
  return {
    steps: set ? steps : undefined,
    custom: {
      ...(timesteps && { timesteps }),
      ...(sigmas && { sigmas }),
      ...{ mu: one(kwargs.mu), originalSteps: one(kwargs.original_inference_steps), originShare: one(kwargs.strength) },
    },
  };
}

const close = (what: string, got: number, want: number, size = Math.abs(want)): Check => ({
  ...{ what, got, want },
  tolerance: Math.max(CLOSE, RELATIVE * size),
});

/** What the published test asserts. */
function asserted({ out }: Ran, { expected_sum, expected_mean, tol_sum, tol_mean }: Published): Check[] {
  const sum = sumAbs(out);
  const checks: (Check | undefined)[] = [
    expected_sum === null || expected_sum === undefined
      ? undefined
      : { what: 'sum', got: sum, want: expected_sum, tolerance: tol_sum ?? 1e-2 },
    expected_mean === null || expected_mean === undefined
      ? undefined
      : { what: 'mean', got: sum / out.length, want: expected_mean, tolerance: tol_mean ?? 1e-3 },
  ];
  return checks.filter((check) => check !== undefined);
}

interface Wanted {
  sum_abs?: number | undefined;
  mean_abs?: number | undefined;
  first8?: number[] | undefined;
  last4?: number[] | undefined;
}

/** What the recorded run left, element by element, and the schedule that it took. */
function outcome(ran: Ran, entry: Published | Computed, want: Wanted | null | undefined): Check[] {
  const { out, timesteps } = ran;
  const size = sumAbs(out) / out.length;
  const each = (what: string, got: readonly number[], wanted: readonly number[] | null | undefined, scale?: number) =>
    (wanted ?? []).map((value, i) => close(`${what}[${i}]`, got[i] ?? Number.NaN, value, scale ?? Math.abs(value)));
  const recorded = entry.timesteps ?? [];
  return [
    ...(want?.sum_abs === undefined
      ? []
      : [{ what: 'sum', got: sumAbs(out), want: want.sum_abs, tolerance: Math.max(5e-3, 1e-5 * want.sum_abs) }]),
    ...(want?.mean_abs === undefined ? [] : [close('mean', size, want.mean_abs)]),
    ...each('first', [...out.subarray(0, 8)], want?.first8, size),
    ...each('last', [...out.subarray(-4)], want?.last4, size),
    ...each('timestep', timesteps.slice(-recorded.length || timesteps.length), recorded).map((check) => ({
      ...check,
      tolerance: 2e-3,
    })),
    ...each('σ', ...sameSigmas(ran.sigmas, entry.sigmas ?? [])),
    ...(typeof entry.init_noise_sigma === 'number'
      ? [close('init_noise_sigma', ran.initNoiseSigma, entry.init_noise_sigma)]
      : []),
  ];
}

function sameSigmas(ours: readonly number[], recorded: readonly number[]): [number[], number[]] {
  if (ours.length === recorded.length) return [[...ours], [...recorded]];
  return [once(ours).slice(-once(recorded).length), once(recorded)];
}

/** Samplers of two calls a step list each σ twice. */
const once = (sigmas: readonly number[]): number[] => sigmas.filter((sigma, i) => sigma !== sigmas[i - 1]);

/** Where the walk went: only some of a long one's steps are recorded. */
function path(ran: Ran, { add_noise, trajectory, name }: Published): Check[] {
  const noisy = add_noise ? [close('noised', ran.noisySum ?? Number.NaN, add_noise.noisy_sum_abs)] : [];
  const wanted = name.endsWith('test_switch') ? trajectory.slice(-ran.trajectory.length) : trajectory;
  let at = -1;
  const along = wanted.map(({ t, prev_sum_abs }, i) => {
    at = ran.trajectory.findIndex((one, i) => i > at && Math.abs(one.t - t) < 2e-3);
    const before = wanted[i - 1]?.prev_sum_abs ?? 0; // what is left of a large sum has the rounding of the large one
    return close(`after t=${t}`, ran.trajectory[at]?.sum ?? Number.NaN, prev_sum_abs, Math.max(prev_sum_abs, before));
  });
  return [...noisy, ...along];
}
