/** A diffusers scheduler_config.json: what a model was trained on, and how its makers walk it. */
import { z } from 'zod';

const SD = { beta_start: 0.00085, beta_end: 0.012 } as const;
const LATENT = { ...SD, beta_schedule: 'scaled_linear' } as const;
const CUT = { thresholding: false } as const;
const CLIP = { clip_sample: true, ...CUT } as const;
const DDIM = { timestep_spacing: 'leading', set_alpha_to_one: true, ...CLIP } as const;
const K = { timestep_spacing: 'linspace', final_sigmas_type: 'zero' } as const;
const SOLVER = { ...K, ...CUT, solver_order: 2, lower_order_final: true } as const;
const DPM = { algorithm_type: 'dpmsolver++', solver_type: 'midpoint' } as const;
const FEW = { ...LATENT, timestep_spacing: 'leading', set_alpha_to_one: true, original_inference_steps: 50 } as const;
const EDM = { sigma_min: 0.002, sigma_max: 80, sigma_data: 0.5, rho: 7, final_sigmas_type: 'zero' } as const;

/** diffusers' classes, each with the training values and habits it assumes where its file says nothing. */
export const SCHEDULERS = {
  DDPMScheduler: { ...DDIM, variance_type: 'fixed_small' },
  DDIMScheduler: DDIM,
  DDIMInverseScheduler: DDIM,
  PNDMScheduler: { timestep_spacing: 'leading', set_alpha_to_one: false, skip_prk_steps: false },
  IPNDMScheduler: { prediction_type: 'v_prediction' },
  LMSDiscreteScheduler: K,
  EulerDiscreteScheduler: K,
  EulerAncestralDiscreteScheduler: K,
  HeunDiscreteScheduler: { ...SD, ...K, clip_sample: false },
  KDPM2DiscreteScheduler: { ...SD, ...K },
  KDPM2AncestralDiscreteScheduler: { ...SD, ...K },
  DPMSolverSDEScheduler: { ...SD, ...K },
  DPMSolverMultistepScheduler: { ...SOLVER, ...DPM },
  DPMSolverSinglestepScheduler: { ...SOLVER, ...DPM, lower_order_final: false },
  UniPCMultistepScheduler: { ...SOLVER, solver_type: 'bh2', predict_x0: true },
  DEISMultistepScheduler: { ...SOLVER, solver_type: 'logrho', final_sigmas_type: 'sigma_min' },
  SASolverScheduler: { ...SOLVER, algorithm_type: 'data_prediction', final_sigmas_type: 'sigma_min' },
  LCMScheduler: { ...FEW, ...CLIP, clip_sample: false, timestep_scaling: 10 },
  TCDScheduler: FEW,
  EDMEulerScheduler: EDM,
  EDMDPMSolverMultistepScheduler: { ...EDM, ...DPM, ...CUT, solver_order: 2, lower_order_final: true },
  CMStochasticIterativeScheduler: { ...EDM, num_train_timesteps: 40, clip_denoised: true, s_noise: 1 },
  FlowMatchEulerDiscreteScheduler: { prediction_type: 'flow_prediction' },
} as const satisfies Record<string, Partial<z.input<typeof Fields>>>;
export type SchedulerClass = keyof typeof SCHEDULERS;

const flag = z.boolean().nullish();
const number = z.number().nullish();
const whole = z.number().int().nullish();

const Fields = z.object({
  _class_name: z.string().nullish(),
  num_train_timesteps: z.number().int().min(1).nullish(),
  beta_schedule: z.enum(['linear', 'scaled_linear', 'squaredcos_cap_v2', 'sigmoid', 'laplace', 'exp']).nullish(),
  beta_start: number,
  beta_end: number,
  trained_betas: z.array(z.number()).nullish(),
  prediction_type: z.enum(['epsilon', 'v_prediction', 'sample', 'original_sample', 'flow_prediction']).nullish(),
  rescale_betas_zero_snr: flag,
  timestep_spacing: z.enum(['leading', 'trailing', 'linspace']).nullish(),
  timestep_type: z.enum(['discrete', 'continuous']).nullish(),
  interpolation_type: z.enum(['linear', 'log_linear']).nullish(),
  steps_offset: whole,
  set_alpha_to_one: flag,
  final_sigmas_type: z.enum(['zero', 'sigma_min']).nullish(),
  use_karras_sigmas: flag,
  use_exponential_sigmas: flag,
  use_beta_sigmas: flag,
  use_lu_lambdas: flag,
  use_flow_sigmas: flag,
  flow_shift: number,
  clip_sample: flag,
  clip_sample_range: number,
  thresholding: flag,
  dynamic_thresholding_ratio: number,
  sample_max_value: number,
  variance_type: z.string().nullish(),
  skip_prk_steps: flag,
  solver_order: z.number().int().min(1).max(4).nullish(),
  algorithm_type: z.string().nullish(),
  solver_type: z.string().nullish(),
  lower_order_final: flag,
  euler_at_final: flag,
  /** −∞ is written as a word. */
  lambda_min_clipped: z
    .custom<number | string>((v) => typeof v === 'number' || v === '-inf')
    .transform((v) => (v === '-inf' ? Number.NEGATIVE_INFINITY : Number(v)))
    .nullish(),
  predict_x0: flag,
  disable_corrector: z.array(z.number().int()).nullish(),
  predictor_order: whole,
  corrector_order: whole,
  original_inference_steps: whole,
  timestep_scaling: number,
  sigma_min: number,
  sigma_max: number,
  sigma_data: number,
  sigma_schedule: z.enum(['karras', 'exponential']).nullish(),
  rho: number,
  s_noise: number,
  clip_denoised: flag,
  shift: number,
  use_dynamic_shifting: flag,
  time_shift_type: z.enum(['exponential', 'linear']).nullish(),
  base_shift: number,
  max_shift: number,
  base_image_seq_len: number,
  max_image_seq_len: number,
  shift_terminal: number,
  invert_sigmas: flag,
  stochastic_sampling: flag,
});

const TRAINING = {
  num_train_timesteps: 1000,
  beta_schedule: 'linear',
  beta_start: 0.0001,
  beta_end: 0.02,
  prediction_type: 'epsilon',
  rescale_betas_zero_snr: false,
} as const;

type Known<T> = { [K in keyof T]?: Exclude<T[K], null> };
type Said = Known<Omit<z.output<typeof Fields>, keyof typeof TRAINING>> & {
  [K in keyof typeof TRAINING]: NonNullable<z.output<typeof Fields>[K]>;
};

/** What the file says, and what the class it names was trained with; how to walk is filled in when a sampler is chosen. */
export type SchedulerConfig = Said & { schedulerClass: SchedulerClass | undefined };

export const SchedulerConfig = Fields.transform((raw): SchedulerConfig => {
  const said = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null && value !== undefined));
  const schedulerClass = classOf(raw._class_name);
  const assumed = schedulerClass ? pick(SCHEDULERS[schedulerClass], Object.keys(TRAINING)) : {};
  return { ...TRAINING, ...assumed, ...said, schedulerClass } as SchedulerConfig;
});

export const classOf = (name: string | null | undefined): SchedulerClass | undefined =>
  name && Object.hasOwn(SCHEDULERS, name) ? (name as SchedulerClass) : undefined;

function pick(from: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
}
