/** A walk that is left and gone on with elsewhere ends where it would have ended. */
import { describe, expect, it } from 'vitest';
import { SOLVERS, type Solver } from '../../../src/core/sampler.ts';
import type { Denoise, WalkState } from '../../../src/engine/diffusion/sampler.ts';
import { openSchedule } from '../../../src/engine/diffusion/schedule.ts';
import { SchedulerConfig } from '../../../src/engine/diffusion/scheduler-config.ts';
import { fromBytes, toBytes } from '../../../src/engine/plain-bytes.ts';
import { createGenerator } from '../../../src/engine/random.ts';

const N = 24;
const stable = SchedulerConfig.parse({ beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012 });
const cosine = SchedulerConfig.parse({ beta_schedule: 'squaredcos_cap_v2', prediction_type: 'v_prediction' });

/** Bends every number in a way of its own, so that a wrong memory shows. */
const network: Denoise = async (x, sigma) => x.map((v, i) => Math.tanh(v / (1 + sigma)) * Math.cos(i + sigma / 3));

/** All states of a walk on their way through bytes, with how often noise was drawn before each, and where it ends. */
async function walk(config: SchedulerConfig, sampler: Solver, strength: number, from?: WalkState & { drawn: number }) {
  const schedule = openSchedule(config, { sampler, steps: 9, strength });
  const generator = createGenerator(5);
  const start = generator.randn(N);
  let drawn = 0;
  const noise = () => {
    drawn++;
    return generator.randn(N);
  };
  for (let i = 0; i < (from?.drawn ?? 0); i++) noise();
  const states: (WalkState & { drawn: number })[] = [];
  const steps: number[] = [];
  const x = await schedule.sample(network, schedule.start(start), {
    noise,
    resume: from,
    onStep: (step) => steps.push(step),
    onState: (state) => states.push(fromBytes(toBytes({ ...state, drawn })) as (typeof states)[number]),
  });
  return { x, states, steps };
}

const bytes = (x: Float32Array) => Buffer.from(x.buffer).toString('hex');

describe.each(Object.keys(SOLVERS) as Solver[])('%s', (sampler) => {
  it.each([
    ['from noise', stable, 1],
    ['from a picture', stable, 0.7],
    ['from far above', cosine, 1],
  ] as const)('%s: from every step', async (_, config, strength) => {
    const whole = await walk(config, sampler, strength);
    expect(whole.states.length).toBeGreaterThan(3);
    for (const state of whole.states) {
      const rest = await walk(config, sampler, strength, state);
      expect(bytes(rest.x)).toBe(bytes(whole.x));
      expect(rest.steps).toEqual(whole.steps.filter((step) => step > state.step));
    }
  });
});

it('a damaged state, or one of something else, is refused', () => {
  const written = toBytes({ x: Float32Array.of(1, 2, 3), far: Number.POSITIVE_INFINITY });
  expect(fromBytes(written)).toEqual({ x: Float32Array.of(1, 2, 3), far: Number.POSITIVE_INFINITY });
  for (const at of [0, 20, written.length - 1]) {
    const damaged = Uint8Array.from(written);
    damaged[at]! ^= 1;
    expect(() => fromBytes(damaged)).toThrow('state');
  }
  expect(() => fromBytes(new Uint8Array(3))).toThrow('state');
});
