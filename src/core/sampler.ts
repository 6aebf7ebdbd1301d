/** Samplers by name: ours, and those that people bring along from other programs. */
import { z } from 'zod';
import { distance } from './distance.ts';

/** Ways from noise to a picture, as Automatic1111 labels them, best known first. */
export const SOLVERS = {
  euler_a: 'Euler a',
  euler: 'Euler',
  dpmpp_2m: 'DPM++ 2M',
  dpmpp_sde: 'DPM++ SDE',
  dpmpp_2m_sde: 'DPM++ 2M SDE',
  dpmpp_3m_sde: 'DPM++ 3M SDE',
  ddim: 'DDIM',
  unipc: 'UniPC',
  heun: 'Heun',
  lms: 'LMS',
  dpm2: 'DPM2',
  dpm2_a: 'DPM2 a',
  dpmpp_3m: 'DPM++ 3M',
  dpmpp_2s: 'DPM++ 2S',
  dpm_2m: 'DPM-Solver 2M',
  unipc_bh1: 'UniPC bh1',
  deis: 'DEIS',
  sa_solver: 'SA-Solver',
  pndm: 'PLMS',
  ipndm: 'iPNDM',
  ddpm: 'DDPM',
  lcm: 'LCM',
  tcd: 'TCD',
} as const;
export type Solver = keyof typeof SOLVERS;

/** Ways for σ to fall, beside the one that follows the trained timesteps. */
export const FALLS = { karras: 'Karras', exponential: 'Exponential', beta: 'Beta' } as const;
export type Fall = keyof typeof FALLS;

/** Solvers that are bound to trained timesteps. */
const BOUND = ['ddim', 'pndm', 'ddpm', 'lcm', 'tcd'] as const;
type Free = Exclude<Solver, (typeof BOUND)[number]>;

export type SamplerName = Solver | `${Free}_${Fall}`;

const solvers = Object.keys(SOLVERS) as Solver[];
const isFree = (solver: Solver): solver is Free => !(BOUND as readonly string[]).includes(solver);

/** Every name, each solver followed by its variants. */
export const SAMPLERS: readonly SamplerName[] = solvers.flatMap((solver): SamplerName[] =>
  isFree(solver) ? [solver, ...fallNames().map((fall) => `${solver}_${fall}` as const)] : [solver],
);

function fallNames(): Fall[] {
  return Object.keys(FALLS) as Fall[];
}

/** What a name is made of. */
export function partsOf(name: SamplerName): { solver: Solver; fall: Fall | undefined } {
  const fall = fallNames().find((fall) => name.endsWith(`_${fall}`));
  return { solver: (fall ? name.slice(0, -fall.length - 1) : name) as Solver, fall };
}

/** `dpmpp_2m_karras` → “DPM++ 2M Karras”. */
export function samplerLabel(name: SamplerName): string {
  const { solver, fall } = partsOf(name);
  return fall ? `${SOLVERS[solver]} ${FALLS[fall]}` : SOLVERS[solver];
}

/** Other names of solvers: k-diffusion's and ComfyUI's, Automatic1111's older ones, diffusers' classes. */
const ALIASES: Readonly<Record<Solver, readonly string[]>> = {
  euler_a: ['euler ancestral', 'EulerAncestralDiscreteScheduler'],
  euler: [
    'EulerDiscreteScheduler',
    'edm euler',
    'EDMEulerScheduler',
    'flow euler',
    'flowmatch euler',
    'FlowMatchEulerDiscreteScheduler',
  ],
  dpmpp_2m: [
    'dpmsolver++',
    'dpm solver++ 2m',
    'dpm solver multistep',
    'DPMSolverMultistepScheduler',
    'edm dpm++ 2m',
    'EDMDPMSolverMultistepScheduler',
  ],
  dpmpp_sde: ['DPMSolverSDEScheduler'],
  dpmpp_2m_sde: ['sde-dpmsolver++'],
  dpmpp_3m_sde: [],
  ddim: ['DDIMScheduler'],
  unipc: ['uni_pc_bh2', 'unipc bh2', 'UniPCMultistepScheduler'],
  heun: ['HeunDiscreteScheduler'],
  lms: ['LMSDiscreteScheduler'],
  dpm2: ['dpm_2', 'kdpm2', 'KDPM2DiscreteScheduler'],
  dpm2_a: ['dpm_2_ancestral', 'dpm2 ancestral', 'kdpm2 a', 'kdpm2 ancestral', 'KDPM2AncestralDiscreteScheduler'],
  dpmpp_3m: [],
  dpmpp_2s: ['dpm solver singlestep', 'DPMSolverSinglestepScheduler'],
  dpm_2m: ['dpmsolver', 'dpm-solver'],
  unipc_bh1: ['uni_pc_bh1'],
  deis: ['DEISMultistepScheduler'],
  sa_solver: ['SASolverScheduler'],
  pndm: ['plms', 'PNDMScheduler'],
  ipndm: ['IPNDMScheduler'],
  ddpm: ['DDPMScheduler'],
  lcm: ['LCMScheduler', 'cm', 'consistency', 'CMStochasticIterativeScheduler'],
  tcd: ['TCDScheduler'],
};

/** Spelling that does not matter: case, spaces, dashes, + for p, and k-diffusion's prefix. */
const bare = (name: string) =>
  name
    .toLowerCase()
    .replace(/^(k_|sample_)+/, '')
    .replaceAll('+', 'p')
    .replace(/[^a-z0-9]/g, '');

const OTHER_FALLS: Readonly<Record<string, Fall>> = { lu: 'exponential', polyexponential: 'exponential' };
const falls: readonly (readonly [string, Fall])[] = [
  ...Object.entries(OTHER_FALLS),
  ...fallNames().map((fall) => [fall, fall] as const),
];

const known: ReadonlyMap<string, Solver> = new Map(
  solvers.flatMap((solver) =>
    [solver, SOLVERS[solver], ...ALIASES[solver]].map((name) => [bare(name), solver] as const),
  ),
);

/** Our name for a sampler that somebody named in any of the usual ways. */
export function resolveSampler(name: string): SamplerName | undefined {
  const typed = bare(name);
  const plain = known.get(typed);
  if (plain) return plain;
  for (const [word, fall] of falls) {
    const solver = typed.endsWith(word) ? known.get(typed.slice(0, -word.length)) : undefined;
    if (solver && isFree(solver)) return `${solver}_${fall}`;
  }
  return undefined;
}

/** Names that contain what was typed, then those that are spelt much like it. */
export function samplersLike(typed: string, most = 25): SamplerName[] {
  const wanted = bare(typed);
  const exact = resolveSampler(typed);
  const holding = SAMPLERS.filter((name) => bare(name).includes(wanted) || bare(samplerLabel(name)).includes(wanted));
  const near = SAMPLERS.map((name) => ({ name, distance: distance(bare(name), wanted) }))
    .filter(({ name, distance }) => distance <= Math.max(2, bare(name).length / 3))
    .sort((a, b) => a.distance - b.distance)
    .map(({ name }) => name);
  return [...new Set([...(exact ? [exact] : []), ...holding, ...near])].slice(0, most);
}

const COMMON: readonly SamplerName[] = ['euler', 'euler_a', 'dpmpp_2m_karras', 'dpmpp_sde', 'ddim', 'unipc'];

/** A sampler by any of its names → ours. */
export const Sampler = z.string({ error: 'The sampler must be a name.' }).transform((name, context): SamplerName => {
  const found = resolveSampler(name);
  if (found) return found;
  const near = samplersLike(name, 3);
  const hint = near.length > 0 ? `Did you mean ${near.join(', ')}?` : `Try one of ${COMMON.join(', ')}.`;
  context.addIssue({ code: 'custom', message: `There is no sampler called “${name.slice(0, 40)}”. ${hint}` });
  return z.NEVER;
});
