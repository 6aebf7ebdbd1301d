/** Which walk a model's configuration and a sampler's name amount to. */
import { partsOf, type SamplerName, type Solver } from '../../core/sampler.ts';
import type { Custom, Settings } from './courses/course.ts';
import { samplers, type Variant } from './samplers/index.ts';
import { SCHEDULERS, type SchedulerClass, type SchedulerConfig } from './scheduler-config.ts';
import type { SigmaRule } from './sigma-rules.ts';

export interface Asked {
  sampler: SamplerName;
  steps: number;
  /** Of a picture that is forgotten: the walk starts so much from the end. Absent: 1. */
  strength?: number | undefined;
  /** Picture tokens of the latent: FLUX's schedule depends on them. */
  tokens?: number | undefined;
  /** Share of noise that DDIM and TCD put back. */
  eta?: number | undefined;
  /** Timesteps or σ instead of the model's spacing. */
  custom?: Custom | undefined;
}

/** Classes whose configuration may choose how σ falls. */
const FALLING = /^(Euler|LMS|Heun|KDPM2|DPMSolver|UniPC|DEIS|SASolver|FlowMatch).*Scheduler$/;

/** How σ falls, by the configuration's flags. */
export function ruleOf(config: SchedulerConfig): SigmaRule | undefined {
  if (!FALLING.test(config.schedulerClass ?? '') || config.schedulerClass === 'EulerAncestralDiscreteScheduler')
    return undefined;
  if (config.use_karras_sigmas) return 'karras';
  if (config.use_lu_lambdas) return 'lu';
  if (config.use_exponential_sigmas) return 'exponential';
  return config.use_beta_sigmas ? 'beta' : undefined;
}

const OF_CLASS: Readonly<Record<SchedulerClass, Solver>> = {
  ...(Object.fromEntries(
    Object.entries<Variant>(samplers).map(([solver, { schedulerClass }]) => [schedulerClass, solver]),
  ) as Record<SchedulerClass, Solver>),
  DDIMInverseScheduler: 'ddim',
  EDMEulerScheduler: 'euler',
  EDMDPMSolverMultistepScheduler: 'dpmpp_2m',
  CMStochasticIterativeScheduler: 'lcm',
  FlowMatchEulerDiscreteScheduler: 'euler',
  UniPCMultistepScheduler: 'unipc',
  DPMSolverMultistepScheduler: 'dpmpp_2m',
};

/** The sampler that a scheduler_config.json asks for, by its class and switches; DPM++ 2M Karras where it does not say. */
export function samplerOf(config: SchedulerConfig): SamplerName {
  const { schedulerClass, algorithm_type: algorithm, solver_order: order, solver_type: type } = config;
  if (!schedulerClass) return 'dpmpp_2m_karras';
  let solver = OF_CLASS[schedulerClass];
  if (solver === 'dpmpp_2m' && order === 3) solver = 'dpmpp_3m';
  if (algorithm?.startsWith('sde') && schedulerClass !== 'DPMSolverSinglestepScheduler')
    solver = order === 3 ? 'dpmpp_3m_sde' : 'dpmpp_2m_sde';
  if (algorithm === 'dpmsolver' && solver !== 'dpmpp_2s') solver = 'dpm_2m';
  if (solver === 'unipc' && type === 'bh1') solver = 'unipc_bh1';
  const rule = ruleOf(config);
  return (rule ? `${solver}_${rule === 'lu' ? 'exponential' : rule}` : solver) as SamplerName;
}

/** The model's own configuration as it is, if its sampler was asked for; otherwise the asked one's habits, on what the model was trained on. */
export function settingsFor(
  config: SchedulerConfig,
  asked: Asked,
): { settings: Settings; variant: Variant; native: boolean } {
  const { solver, fall } = partsOf(asked.sampler);
  const variant: Variant = samplers[solver];
  const native = config.schedulerClass !== undefined && samplerOf(config) === asked.sampler;
  const schedulerClass = native ? config.schedulerClass! : variant.schedulerClass;
  const defaults: Partial<SchedulerConfig> = SCHEDULERS[schedulerClass];
  const known = { ...defaults, ...(native ? {} : { ...('clip_sample' in defaults && { clip_sample: false }) }) };
  const carried = native
    ? config
    : {
        ...config,
        ...forget(config, [
          'solver_order',
          'algorithm_type',
          'solver_type',
          'final_sigmas_type',
          'lower_order_final',
          'euler_at_final',
          'lambda_min_clipped',
          'predict_x0',
          'use_flow_sigmas',
          'interpolation_type',
        ]),
      };
  const settings: Settings = {
    ...known,
    ...said(carried),
    ...(native ? {} : variant.habits),
    schedulerClass,
    steps: asked.steps,
    exact: native,
    rule: native ? ruleOf(config) : fall,
    strength: asked.strength ?? 1,
    eta: asked.eta,
    tokens: asked.tokens,
    custom: asked.custom ?? {},
  };
  return { settings: finite(settings), variant, native };
}

const forget = (_: SchedulerConfig, keys: readonly (keyof SchedulerConfig)[]) =>
  Object.fromEntries(keys.map((key) => [key, undefined]));

const said = (config: SchedulerConfig): SchedulerConfig =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)) as SchedulerConfig;

/** At σ = 0 the noise form of DPM-Solver and UniPC's bh1 divide by zero: they stop at the model's least σ. */
function finite(settings: Settings): Settings {
  const noiseForm =
    settings.schedulerClass?.startsWith('DPMSolver') && /^(sde-)?dpmsolver$/.test(settings.algorithm_type ?? '');
  const bh1 = settings.schedulerClass === 'UniPCMultistepScheduler' && settings.solver_type === 'bh1';
  return noiseForm || bh1 ? { ...settings, final_sigmas_type: 'sigma_min' } : settings;
}
