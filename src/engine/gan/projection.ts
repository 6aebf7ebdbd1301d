/** The face most like a picture: down a perceptual distance in w+, not far from where faces lie. Abdal et al. 2019, algorithm 1. */
import { z } from 'zod';
import type { Picture, Progress } from '../../core/picture.ts';
import { type Descent, minimise } from '../style/lbfgs.ts';
import type { Latent } from '../tensor.ts';
import type { Judged } from './likeness.ts';
import type { WSpace } from './w-space.ts';

export interface Search {
  /** Of L-BFGS; Abdal et al. take thousands of Adam's for the same. */
  steps: number;
  signal: AbortSignal;
  /** Told after every face that was looked at. */
  onBeat: () => void;
  onProgress: (progress: Progress) => void;
  /** Told after every step how to go on from there. */
  onState?: (state: SearchState) => void;
  /** What an earlier run told: it goes on to the same bytes. */
  from?: SearchState | undefined;
}

const numbers = z.custom<Float32Array<ArrayBuffer>>((value) => value instanceof Float32Array, 'must be numbers');

/** The descent over coordinates after so many steps. */
export const SearchState = z.object({
  ...{ x: numbers, value: z.number(), slope: numbers },
  pairs: z.array(z.object({ step: numbers, change: numbers, product: z.number(), square: z.number() })),
  done: z.number().int().min(1),
}) satisfies z.ZodType<Descent<Float32Array<ArrayBuffer>>>;
export type SearchState = z.infer<typeof SearchState>;

/**
 * Weight of the coordinates' mean square beside the logarithm of the distance: the likeliest face where nobody knows how
 * far from any face the picture is. A face of the network pulls to itself in full; a photograph only as far as there are
 * faces (w+ can draw nearly anything, and what is no face cannot be edited). Looked for on sheets.
 */
const TETHER = 0.7;
/** A distance that nobody sees. */
const NOTHING = 1e-4;

/** [layers · wWidth]. Begins at the likeliest of `starts`. */
export async function project(
  judge: (rows: Latent) => Promise<Judged>,
  space: WSpace,
  starts: readonly Latent[],
  { steps, signal, onBeat, onProgress, onState = () => {}, from }: Search,
): Promise<Latent> {
  let seen: Picture | undefined;
  const objective = async (coordinates: Float32Array<ArrayBuffer>) => {
    signal.throwIfAborted();
    const { loss, slope, picture } = await judge(space.toRows(coordinates));
    seen = picture;
    onBeat();
    const pull = TETHER / coordinates.length;
    const square = coordinates.reduce((sum, c) => sum + c * c, 0);
    return {
      value: Math.log(loss + NOTHING) + pull * square,
      slope: space.slopeOf(slope).map((s, i) => s / (loss + NOTHING) + 2 * pull * coordinates[i]!),
    };
  };
  const start = from?.x ?? (await likeliest(starts.map(space.fromRows), objective));
  const { x } = await minimise(objective, start, {
    ...{ iterations: steps, from },
    onIteration: (step, descent) => {
      onState({ ...descent, pairs: [...descent.pairs] });
      onProgress({ step, total: steps, ...(seen && { preview: seen }) });
    },
  });
  return space.toRows(x);
}

async function likeliest<T>(starts: readonly T[], objective: (start: T) => Promise<{ value: number }>): Promise<T> {
  const begun = [];
  for (const start of starts) begun.push({ start, ...(await objective(start)) });
  return begun.sort((a, b) => a.value - b.value)[0]!.start;
}
