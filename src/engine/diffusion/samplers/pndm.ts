import { type Latent, mix, scale } from '../../tensor.ts';
import { recall, type Sampler, slope, startOfWalk } from '../sampler.ts';

/** One model call of the walk: where x is when it is asked, and the step that is then made. */
export interface Leg {
  at: number;
  from: number;
  to: number;
}

export interface PndmSettings {
  /** What is averaged: the noise, or v for networks that predict it. */
  average: 'noise' | 'v';
  /** Model calls, if they differ from the plain walk down `sigmas`. */
  legs?: readonly Leg[] | undefined;
  /** The first so many legs are Runge-Kutta's, four a step. */
  rungeKutta?: number;
}

interface Memory {
  /** Newest first. */
  answers: Latent[];
  start: Latent;
  middle: Latent;
}

/**
 * PNDM: Adams-Bashforth in σ over the last four answers, after a start by Runge-Kutta's steps, or (PLMS) by one step made
 * twice. Liu et al. 2022, eq. 9–13.
 */
export const pndmWith =
  ({ average, legs, rungeKutta = 0 }: PndmSettings): Sampler =>
  async (denoise, x, sigmas, options = {}) => {
    const { onStep, onState, signal, between, begin = 0 } = options;
    const walk = legs ?? plmsLegs(sigmas.slice(begin));
    let { answers, start, middle } = recall<Memory>(options, { answers: [], start: x, middle: x });
    const { from: leg, start: first } = startOfWalk(x, { ...options, begin: 0 });
    x = first;
    for (const [i, { at, from, to }] of walk.entries()) {
      if (i < leg) continue;
      signal?.throwIfAborted();
      const x0 = await denoise(x, at);
      const answer = average === 'v' ? velocity(x, x0, at) : slope(x, x0, at);
      const inside = i < rungeKutta ? i % 4 : 0;
      const again = i === 1 && rungeKutta === 0;
      if (!again && inside === 0) {
        start = restated(x, at, from);
        answers = [answer, ...answers].slice(0, 4);
      }
      if (i < rungeKutta)
        middle = inside === 0 ? scale(1 / 6, answer) : mix([1, middle], [inside === 3 ? 1 / 6 : 1 / 3, answer]);
      const direction =
        i < rungeKutta
          ? inside === 3
            ? middle
            : answer
          : again
            ? mix([0.5, answer], [0.5, answers[0]!])
            : adamsBashforth(answers);
      const base = again ? restated(start, walk[0]!.from, from) : start;
      const noise = average === 'v' ? noiseOf(base, direction, from) : direction;
      x = mix([1, base], [to - from, noise]);
      x = restated(x, to, walk[i + 1]?.at ?? to);
      x = between?.(x, walk[i + 1]?.at ?? to) ?? x;
      const [step] = progress(walk, rungeKutta, i);
      onState?.({ step, at: i + 1, x, memory: { answers, start, middle } satisfies Memory });
      if (!again && (i >= rungeKutta || inside === 3)) onStep?.(...progress(walk, rungeKutta, i), x0);
    }
    return x;
  };

/** The first step is made, looked at from its end, and made again with the mean; then every σ is asked once. */
function plmsLegs(sigmas: readonly number[]): Leg[] {
  const legs = sigmas.slice(1).map((to, i) => ({ at: sigmas[i]!, from: sigmas[i]!, to }));
  const [first] = legs;
  return legs.length > 1 ? [first!, { ...first!, at: first!.to }, ...legs.slice(1)] : legs;
}

function progress(walk: readonly Leg[], rungeKutta: number, i: number): [step: number, total: number] {
  if (rungeKutta > 0) {
    const steps = (leg: number) => Math.min(leg, rungeKutta) / 4 + Math.max(0, leg - rungeKutta);
    return [steps(i + 1), steps(walk.length)];
  }
  const total = Math.max(1, walk.length - 1);
  return [i === 0 ? 1 : i, total];
}

const WEIGHTS = [[1], [3 / 2, -1 / 2], [23 / 12, -16 / 12, 5 / 12], [55 / 24, -59 / 24, 37 / 24, -9 / 24]];

/** The next step's mean slope, from the last ones; newest first. */
export const adamsBashforth = (answers: readonly Latent[]): Latent =>
  mix(...WEIGHTS[Math.min(answers.length, 4) - 1]!.map((weight, k) => [weight, answers[k]!] as const));

/** The same latent √ᾱ·x, read as being at another σ. */
const restated = (x: Latent, from: number, to: number): Latent =>
  from === to ? x : scale(Math.hypot(to, 1) / Math.hypot(from, 1), x);

/** v = √ᾱ·n − √(1−ᾱ)·x₀, out of x₀. Salimans & Ho 2022. */
function velocity(x: Latent, x0: Latent, sigma: number): Latent {
  const a = 1 / Math.hypot(sigma, 1);
  return mix([a / sigma, x], [-1 / (sigma * a), x0]);
}

/** The noise that v means for an x at σ: n = √ᾱ·v + √(1−ᾱ)·√ᾱx. */
function noiseOf(x: Latent, v: Latent, sigma: number): Latent {
  const a = 1 / Math.hypot(sigma, 1);
  return mix([a, v], [sigma * a * a, x]);
}

export const pndm = pndmWith({ average: 'noise' });
