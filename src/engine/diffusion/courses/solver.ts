/** Multistep solvers in λ = −log σ: DPM-Solver, UniPC, DEIS, SA-Solver. */
import { noiseLevels, sigmaAt, timestepAt } from '../noise-levels.ts';
import { bend, bent, preserving, unbend } from '../preconditioning.ts';
import { sigmaRules } from '../sigma-rules.ts';
import { linspace, roundHalfEven, solverTimesteps } from '../timesteps.ts';
import { type Course, type Settings, skippedSteps } from './course.ts';
import { fallOverModel, single } from './levels.ts';

export function solverCourse(settings: Settings): Course {
  const { exact, rule, steps, custom, prediction_type } = settings;
  const levels = noiseLevels(settings).map(exact ? single : Number);
  const at = (sigma: number) => timestepAt(levels, sigma);
  const begin = skippedSteps(settings, steps);
  if (settings.use_flow_sigmas) return { ...flowWalk(settings, levels), begin };

  const visited = custom.timesteps ?? visitedBy(settings, levels);
  const spaced = visited.map((t) => sigmaAt(levels, t));
  const fall = !rule
    ? spaced
    : exact
      ? sigmaRules[rule](steps, settings.sigma_min ?? levels[0]!, settings.sigma_max ?? levels.at(-1)!)
      : fallOverModel(rule, levels, steps);
  // A rule that ends where it is to stop has that end among its own; diffusers asks there twice.
  const sigmas =
    rule && !exact && settings.final_sigmas_type === 'sigma_min'
      ? fallOverModel(rule, levels, steps + 1)
      : [...fall, lastOf(settings, fall, levels)];
  return {
    preconditioning: preserving(prediction_type),
    sigmas: sigmas.map(exact ? Math.fround : Number),
    timesteps: rule ? sigmas.slice(0, -1).map((sigma) => told(settings, at(sigma))) : visited,
    timestepAt: at,
    start: Math.hypot(sigmas[0]!, 1),
    begin: skippedSteps(settings, fall.length),
  };
}

/** Where λ falls below `lambda_min_clipped`, there is too little light to start from: those timesteps are left out. */
function visitedBy(settings: Settings, levels: readonly number[]): number[] {
  const { num_train_timesteps: total, steps, steps_offset: offset = 0, schedulerClass } = settings;
  const clipped = settings.lambda_min_clipped ?? Number.NEGATIVE_INFINITY;
  const last = levels.filter((sigma) => -Math.log(sigma) >= clipped).length;
  const spacing =
    schedulerClass === 'DPMSolverSinglestepScheduler' ? 'linspace' : (settings.timestep_spacing ?? 'linspace');
  return solverTimesteps({ total, steps, spacing, offset }, last);
}

/** diffusers tells the network whole timesteps: Karras' and Lu's rounded, the others cut. */
function told({ exact, rule, beta_schedule, schedulerClass }: Settings, t: number): number {
  if (!exact) return t;
  const cosine = beta_schedule === 'squaredcos_cap_v2' && schedulerClass === 'DPMSolverMultistepScheduler';
  return (rule === 'karras' || rule === 'lu') && !cosine ? roundHalfEven(t) : Math.trunc(t);
}

function lastOf(
  { final_sigmas_type, rule, schedulerClass }: Settings,
  fall: readonly number[],
  levels: readonly number[],
): number {
  if (final_sigmas_type !== 'sigma_min') return 0;
  const ownLast = rule && !schedulerClass?.startsWith('DPMSolver');
  return ownLast ? fall.at(-1)! : levels[0]!;
}

/** Rectified flow: σ evenly from all noise down, shifted toward it. */
function flowWalk(settings: Settings, levels: readonly number[]): Omit<Course, 'begin'> {
  const { steps, num_train_timesteps: total, flow_shift: shift = 1 } = settings;
  const even = linspace(1, 1 / total, steps + 1).map((alpha) => 1 - alpha);
  const shares = even
    .map((share) => (shift * share) / (1 + (shift - 1) * share))
    .reverse()
    .slice(0, -1);
  const last = settings.final_sigmas_type !== 'sigma_min' ? 0 : lastOf({ ...settings, rule: 'karras' }, shares, levels);
  const sigmas = [...shares, last].map(Math.fround).map(bend);
  return {
    preconditioning: bent,
    sigmas,
    timesteps: shares.map((share) => Math.trunc(share * total)),
    timestepAt: (sigma) => unbend(sigma) * total,
    start: 1 + sigmas[0]!,
  };
}
