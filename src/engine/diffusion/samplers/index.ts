import type { Solver } from '../../../core/sampler.ts';
import type { Course, Settings } from '../courses/course.ts';
import { lcmCourse, tcdCourse } from '../courses/distilled.ts';
import { sigmaCourse } from '../courses/sigma.ts';
import { solverCourse } from '../courses/solver.ts';
import { ddimCourse, ddpmCourse, inverseCourse, pndmCourse } from '../courses/whole.ts';
import type { Sampler } from '../sampler.ts';
import type { SchedulerClass } from '../scheduler-config.ts';
import { consistencyWith } from './consistency.ts';
import { ddimWith } from './ddim.ts';
import { ddpmWith } from './ddpm.ts';
import { deis } from './deis.ts';
import { DPM_ALGORITHMS, type DpmAlgorithm } from './dpm.ts';
import { dpmMultistep } from './dpm-multistep.ts';
import { dpmSinglestep } from './dpm-singlestep.ts';
import { dpmppSde } from './dpmpp-sde.ts';
import { euler } from './euler.ts';
import { eulerA } from './euler-a.ts';
import { eulerFirst } from './first-step.ts';
import { heun } from './heun.ts';
import { ipndm } from './ipndm.ts';
import { kdpm2, kdpm2A } from './kdpm2.ts';
import { lms } from './lms.ts';
import { pndmWith } from './pndm.ts';
import { saSolver } from './sa-solver.ts';
import { tcdWith } from './tcd.ts';
import { unipc } from './unipc.ts';

export interface Variant {
  /** diffusers' class, whose habits hold where nobody says otherwise. */
  schedulerClass: SchedulerClass;
  /** What the name says beyond the class. */
  habits?: Partial<Settings>;
  /** Its way through a model with trained timesteps. */
  course: (settings: Settings) => Course;
  /** Follows dx/dσ alone, so that it walks rectified flow as it is. */
  followsSlope?: boolean;
  sampler: (settings: Settings, course: Course) => Sampler;
}

const algorithmOf = ({ algorithm_type }: Settings): DpmAlgorithm =>
  DPM_ALGORITHMS.find((known) => known === algorithm_type) ?? 'dpmsolver++';
const orderOf = ({ solver_order = 2 }: Settings, most: number) => Math.min(solver_order, most);
const dropsOrder = ({ lower_order_final = true }: Settings) => lower_order_final;

const multistep = (settings: Settings): Sampler =>
  dpmMultistep({
    order: orderOf(settings, 3),
    algorithm: algorithmOf(settings),
    solver: settings.solver_type === 'heun' ? 'heun' : 'midpoint',
    lowerOrderFinal: dropsOrder(settings),
    eulerAtFinal: settings.euler_at_final ?? false,
    flatThird: settings.exact,
  });

const singlestep = (settings: Settings): Sampler =>
  dpmSinglestep({
    order: orderOf(settings, 3),
    algorithm: algorithmOf(settings),
    solver: settings.solver_type === 'heun' ? 'heun' : 'midpoint',
    lowerOrderFinal: dropsOrder(settings),
    flatThird: settings.exact,
  });

const uniform = (settings: Settings): Sampler =>
  unipc({
    order: orderOf(settings, 4),
    solver: settings.solver_type === 'bh1' ? 'bh1' : 'bh2',
    predictsX0: settings.predict_x0 ?? true,
    lowerOrderFinal: dropsOrder(settings),
    uncorrected: settings.disable_corrector ?? [],
  });

/** Noise in the middle of the walk, as the authors' code has it. */
const middling = (t: number) => (t >= 200 && t <= 800 ? 1 : 0);

const adams = (settings: Settings, { timesteps, sigmas, timestepAt }: Course): Sampler =>
  saSolver({
    predictorOrder: settings.predictor_order ?? 2,
    correctorOrder: settings.corrector_order ?? 2,
    predictsX0: settings.algorithm_type !== 'noise_prediction',
    lowerOrderFinal: dropsOrder(settings),
    tau: (sigma) => middling(timesteps[sigmas.indexOf(sigma)] ?? timestepAt(sigma)),
  });

const DPM = { schedulerClass: 'DPMSolverMultistepScheduler', course: solverCourse, sampler: multistep } as const;
const UNIPC = { schedulerClass: 'UniPCMultistepScheduler', course: solverCourse, sampler: uniform } as const;
/** Samplers that ask the model twice a step. */
const twice =
  (sampler: Sampler) =>
  ({ exact }: Settings): Sampler =>
    exact ? sampler : eulerFirst(sampler);

const slope = { course: sigmaCourse, followsSlope: true };

/** Adding a name to SOLVERS without adding it here does not compile. */
export const samplers = {
  euler: {
    ...slope,
    schedulerClass: 'EulerDiscreteScheduler',
    sampler: ({ stochastic_sampling }) =>
      stochastic_sampling ? consistencyWith({ least: 0, clean: (sigma) => 1 - sigma }) : euler,
  },
  euler_a: { course: sigmaCourse, schedulerClass: 'EulerAncestralDiscreteScheduler', sampler: () => eulerA },
  heun: { ...slope, schedulerClass: 'HeunDiscreteScheduler', sampler: twice(heun) },
  lms: { ...slope, schedulerClass: 'LMSDiscreteScheduler', sampler: () => lms },
  dpm2: { ...slope, schedulerClass: 'KDPM2DiscreteScheduler', sampler: twice(kdpm2) },
  dpm2_a: { course: sigmaCourse, schedulerClass: 'KDPM2AncestralDiscreteScheduler', sampler: twice(kdpm2A) },
  dpmpp_2m: DPM,
  dpmpp_3m: { ...DPM, habits: { solver_order: 3 } },
  dpmpp_2m_sde: { ...DPM, habits: { algorithm_type: 'sde-dpmsolver++' } },
  dpmpp_3m_sde: { ...DPM, habits: { algorithm_type: 'sde-dpmsolver++', solver_order: 3 } },
  dpm_2m: { ...DPM, habits: { algorithm_type: 'dpmsolver', final_sigmas_type: 'sigma_min' } },
  dpmpp_2s: { schedulerClass: 'DPMSolverSinglestepScheduler', course: solverCourse, sampler: singlestep },
  dpmpp_sde: { schedulerClass: 'DPMSolverSDEScheduler', course: sigmaCourse, sampler: () => dpmppSde },
  unipc: UNIPC,
  unipc_bh1: { ...UNIPC, habits: { solver_type: 'bh1', final_sigmas_type: 'sigma_min' } },
  deis: {
    schedulerClass: 'DEISMultistepScheduler',
    course: solverCourse,
    sampler: (settings) => deis({ order: orderOf(settings, 3), lowerOrderFinal: dropsOrder(settings) }),
  },
  sa_solver: { schedulerClass: 'SASolverScheduler', course: solverCourse, sampler: adams },
  ddpm: {
    schedulerClass: 'DDPMScheduler',
    course: ddpmCourse,
    sampler: ({ variance_type, exact }, { timesteps }) =>
      ddpmWith({
        variance: variance_type?.startsWith('fixed_large') ? 'large' : 'small',
        noisyEnd: (timesteps.at(-1) ?? 0) > 0,
        round: exact ? Math.fround : Number,
      }),
  },
  ddim: {
    schedulerClass: 'DDIMScheduler',
    course: (settings) => (settings.schedulerClass === 'DDIMInverseScheduler' ? inverseCourse : ddimCourse)(settings),
    sampler: ({ eta = 0 }) => ddimWith(eta),
  },
  pndm: {
    schedulerClass: 'PNDMScheduler',
    habits: { skip_prk_steps: true },
    course: pndmCourse,
    sampler: ({ prediction_type }, { legs, rungeKutta = 0 }) =>
      pndmWith({ average: prediction_type === 'v_prediction' ? 'v' : 'noise', legs, rungeKutta }),
  },
  ipndm: { ...slope, schedulerClass: 'IPNDMScheduler', sampler: () => ipndm },
  lcm: {
    schedulerClass: 'LCMScheduler',
    course: lcmCourse,
    sampler: ({ schedulerClass, sigma_min = 0, s_noise = 1 }) =>
      schedulerClass === 'CMStochasticIterativeScheduler'
        ? consistencyWith({ least: sigma_min, scale: s_noise })
        : consistencyWith({ least: 0 }),
  },
  tcd: {
    schedulerClass: 'TCDScheduler',
    course: tcdCourse,
    sampler: (_, { landings }) => tcdWith({ landings }),
  },
} satisfies Record<Solver, Variant>;
