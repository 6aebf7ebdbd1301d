/** Minimises a smooth function of many variables from its values and slopes. Liu & Nocedal 1989; Nocedal & Wright 2006, ch. 7. */
import { type Trial, wolfeStep } from './line-search.ts';
import type { Objective, Vector } from './objective.ts';

export interface Minimising<V extends Vector> {
  iterations: number;
  /** Pairs of steps and changes of slope that are remembered. */
  memory?: number;
  /** Length of the first trial step, before anything is known of the curvature. */
  reach?: number;
  /** Enough when no variable's slope is larger. */
  flat?: number;
  /** Told after each iteration; the values only ever fall. From where it stands another process can go on. */
  onIteration?: (iteration: number, at: Descent<V>) => void | Promise<void>;
  /** Where an earlier run of the same stood: it goes on from there to the same end, instead of from `start`. */
  from?: Descent<V> | undefined;
}

/** Where it stands after an iteration, and what it remembers of its way. */
export interface Descent<V extends Vector> {
  x: V;
  value: number;
  slope: V;
  pairs: readonly Pair<V>[];
  /** Iterations done. */
  done: number;
}

export interface Minimum<V extends Vector> {
  x: V;
  value: number;
  /** Taken before it was done: as many as asked for, or until it was flat, or until no step led down. */
  iterations: number;
}

/** L-BFGS with a line search. `start` stays as it is; errors of the objective, such as a cancellation, come through. */
export async function minimise<V extends Vector>(
  objective: Objective<V>,
  start: V,
  { iterations, memory = 16, reach = 1, flat = 1e-10, onIteration = () => {}, from }: Minimising<V>,
): Promise<Minimum<V>> {
  let { x, value, slope, pairs, done } = from ?? (await begun(objective, start));
  while (done < iterations && slope.some((s: number) => Math.abs(s) > flat)) {
    const direction = descent(slope, pairs);
    const along = dot(direction, slope);
    const at = async (step: number): Promise<Trial<V>> => {
      const there = moved(x, step, direction);
      const found = await objective(there);
      return { ...found, x: there, step, along: dot(direction, found.slope) };
    };
    const first = pairs.length > 0 ? 1 : reach / Math.sqrt(-along);
    const next = along < 0 ? await wolfeStep(at, { x, value, slope, step: 0, along }, first) : undefined;
    if (!next) {
      if (pairs.length === 0) break;
      pairs = []; // what is remembered misleads: once more, straight down
      continue;
    }
    const pair = pairOf(moved(next.x, -1, x), moved(next.slope, -1, slope));
    if (pair.product > 1e-10 * pair.square) pairs = [...pairs, pair].slice(-memory);
    ({ x, value, slope } = next);
    await onIteration(++done, { x, value, slope, pairs, done });
  }
  return { x, value, iterations: done };
}

async function begun<V extends Vector>(objective: Objective<V>, start: V): Promise<Descent<V>> {
  const x = start.slice() as V;
  return { x, ...(await objective(x)), pairs: [], done: 0 };
}

export interface Pair<V extends Vector> {
  /** s = xₖ₊₁ − xₖ */
  step: V;
  /** y = ∇fₖ₊₁ − ∇fₖ */
  change: V;
  /** sᵀy and yᵀy */
  product: number;
  square: number;
}

const pairOf = <V extends Vector>(step: V, change: V): Pair<V> => ({
  ...{ step, change },
  ...{ product: dot(step, change), square: dot(change, change) },
});

/** −H·∇f, with H the inverse Hessian as the pairs suggest it: the two-loop recursion, algorithm 7.4, scaled by eq. 7.20. */
function descent<V extends Vector>(slope: V, pairs: readonly Pair<V>[]): V {
  const q = slope.slice() as V;
  const alphas = pairs.map(() => 0);
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { step, change, product } = pairs[i]!;
    alphas[i] = dot(step, q) / product;
    add(q, -alphas[i]!, change);
  }
  const last = pairs.at(-1);
  if (last) stretch(q, last.product / last.square);
  for (const [i, { step, change, product }] of pairs.entries()) add(q, alphas[i]! - dot(change, q) / product, step);
  return stretch(q, -1);
}

function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function add(to: Vector, times: number, from: Vector): void {
  for (let i = 0; i < to.length; i++) to[i]! += times * from[i]!;
}

function stretch<V extends Vector>(x: V, times: number): V {
  for (let i = 0; i < x.length; i++) x[i]! *= times;
  return x;
}

function moved<V extends Vector>(x: V, times: number, direction: V): V {
  const there = x.slice() as V;
  add(there, times, direction);
  return there;
}
