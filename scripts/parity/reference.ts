/** The format of the files that scheduler parity is tested against. */
import { z } from 'zod';

const numbers = z.array(z.number());
const arguments_ = z.object({
  args: z.array(z.number().nullable()).default([]),
  kwargs: z.record(z.string(), z.unknown()).default({}),
});

/** What was left when the sources themselves were run. */
const Outcome = z.object({
  sum_abs: z.number().optional(),
  mean_abs: z.number().optional(),
  shape: numbers.optional(),
  first8: numbers.optional(),
  last4: numbers.optional(),
  test_assertions_pass: z.boolean().optional(),
});

const shared = {
  name: z.string(),
  config: z.record(z.string(), z.unknown()).default({}),
  timesteps: numbers.nullish(),
  sigmas: numbers.nullish(),
  init_noise_sigma: z.number().nullish(),
  eta: z.number().nullish(),
  strength: z.number().nullish(),
  seed: z.number().nullish(),
  generator_seed: z.number().nullish(),
};

/** A constant that diffusers' own tests assert, with the loop that leads to it. */
export const Published = z.object({
  ...shared,
  scheduler: z.string().optional(),
  scheduler_test_class: z.string().default(''),
  set_timesteps: arguments_.nullish(),
  expected_sum: z.number().nullish(),
  expected_mean: z.number().nullish(),
  tol_sum: z.number().nullish(),
  tol_mean: z.number().nullish(),
  calls: z.object({ scale_model_input: z.number().default(0), step_calls: z.number() }).optional(),
  add_noise: z.object({ t: z.number(), noisy_sum_abs: z.number() }).nullish(),
  trajectory: z.array(z.object({ t: z.number(), prev_sum_abs: z.number() })).default([]),
  computed: Outcome.nullish(),
  error: z.string().nullish(),
});
export type Published = z.infer<typeof Published>;

/** A loop as a pipeline runs it, on the same sources. */
export const Computed = z.object({
  ...shared,
  scheduler: z.string(),
  steps: z.number().nullish(),
  set_timesteps_kwargs: z.record(z.string(), z.unknown()).default({}),
  result_sum: z.number(),
  result_mean: z.number().nullish(),
  first8: numbers.optional(),
  last4: numbers.optional(),
  trajectory_sum_abs: numbers.optional(),
  t_start: z.number().nullish(),
});
export type Computed = z.infer<typeof Computed>;

export const References = z.object({
  entries: z.array(Published).default([]),
  computed: z.array(Computed).default([]),
});
