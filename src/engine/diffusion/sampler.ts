import { blend, type Latent } from '../tensor.ts';

/** Predicts the clean latent x₀ from a noisy one at noise level σ: x = x₀ + σ·n. */
export interface Denoise {
  (x: Latent, sigma: number): Promise<Latent>;
  /** The same with the noise n as the network saw it, which clipping of x₀ leaves alone; absent: (x − x₀)/σ. */
  withNoise?: (x: Latent, sigma: number) => Promise<{ x0: Latent; epsilon: Latent }>;
}

/** How a walk goes on after some of its steps. */
export interface WalkState {
  /** Steps that are behind, as `onStep` counts them. */
  step: number;
  /** The next step as the sampler counts: an index into sigmas, or a leg of PNDM's. */
  at: number;
  x: Latent;
  /** What the sampler remembers of the steps behind: plain data, never changed once told. */
  memory?: unknown;
}

export interface SamplerOptions {
  /** Told how the walk goes on after every step, before `onStep`. */
  onState?: ((state: WalkState) => void) | undefined;
  /** Go on from a state told before, instead of from `x`: the rest of the walk is the same to the bit. */
  resume?: WalkState | undefined;
  /** Called once after every step, with the x₀ it was made from. */
  onStep?: ((step: number, total: number, x0: Latent) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Fresh normals of x's length, for samplers that put noise back. */
  noise?: (() => Latent) | undefined;
  /** Called with every x between two model calls, and with the last: what it answers goes on. Inpainting puts back what is known. */
  between?: ((x: Latent, sigma: number) => Latent) | undefined;
  /** Where in `sigmas` to start: pictures that are made of others skip the beginning, but count steps as the whole walk does. */
  begin?: number | undefined;
  /** Where each step ends, where that is not quite where the next one starts; `restate` then reads x at the other σ. */
  ends?: readonly number[] | undefined;
  restate?: ((x: Latent, from: number, to: number) => Latent) | undefined;
}

/** Walks x from sigmas[begin] down to the last σ. Never mutates x. */
export type Sampler = (
  denoise: Denoise,
  x: Latent,
  sigmas: readonly number[],
  options?: SamplerOptions,
) => Promise<Latent>;

/** What is known after a step's model call. */
export interface Moment {
  x: Latent;
  x0: Latent;
  sigma: number;
  /** σ to arrive at. */
  next: number;
  /** Index into sigmas, and how many steps the whole walk has. */
  i: number;
  total: number;
}

/** Where a walk starts: at its beginning, or where it was left. */
export const startOfWalk = (x: Latent, { begin = 0, resume }: Pick<SamplerOptions, 'begin' | 'resume'>) =>
  resume ? { from: resume.at, start: resume.x } : { from: begin, start: x };

/** What a sampler remembered where its walk was left; `fresh` at the beginning of one. */
export const recall = <M>({ resume }: Pick<SamplerOptions, 'resume'>, fresh: M): M =>
  (resume?.memory as M | undefined) ?? fresh;

/**
 * The loop of every sampler that asks the model once a step: `step` makes the next x, `memory` tells what it remembers.
 */
export async function march(
  denoise: Denoise,
  x: Latent,
  sigmas: readonly number[],
  options: SamplerOptions,
  step: (moment: Moment) => Latent,
  memory: () => unknown = () => undefined,
): Promise<Latent> {
  const { onStep, onState, signal, between, begin = 0, ends, restate } = options;
  const total = sigmas.length - 1;
  const { from, start: first } = startOfWalk(x, options);
  x = first;
  for (let i = from; i < total; i++) {
    signal?.throwIfAborted();
    const [sigma, next, start] = [sigmas[i]!, ends?.[i] ?? sigmas[i + 1]!, sigmas[i + 1]!];
    const x0 = await denoise(x, sigma);
    x = step({ x, x0, sigma, next, i, total });
    if (next !== start && restate) x = restate(x, next, start);
    x = between?.(x, start) ?? x;
    onState?.({ step: i + 1 - begin, at: i + 1, x, memory: memory() });
    onStep?.(i + 1 - begin, total - begin, x0);
  }
  return x;
}

/** The same for samplers that step along the noise itself, as the network saw it. */
export function marchByNoise(
  denoise: Denoise,
  x: Latent,
  sigmas: readonly number[],
  options: SamplerOptions,
  step: (moment: Moment & { epsilon: Latent }) => Latent,
  memory?: () => unknown,
): Promise<Latent> {
  let seen: { x0: Latent; epsilon: Latent } | undefined;
  const watched: Denoise = async (x, sigma) => {
    seen = await denoise.withNoise?.(x, sigma);
    return seen?.x0 ?? denoise(x, sigma);
  };
  return march(
    watched,
    x,
    sigmas,
    options,
    (moment) => step({ ...moment, epsilon: seen?.epsilon ?? slope(moment.x, moment.x0, moment.sigma) }),
    memory,
  );
}

/** The noise in x: n = (x − x₀)/σ, which is also dx/dσ. */
export const slope = (x: Latent, x0: Latent, sigma: number): Latent => blend(1 / sigma, x, -1 / sigma, x0);
