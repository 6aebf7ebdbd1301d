/** The face most like a picture: from an encoder's guess down a perceptual distance in w+. Abdal et al. 2019, algorithm 1. */
import type { Picture, Progress } from '../../core/picture.ts';
import { minimise } from '../style/lbfgs.ts';
import type { Latent } from '../tensor.ts';
import type { Judged } from './likeness.ts';

export interface Search {
  /** Of L-BFGS; Abdal et al. take thousands of Adam's for the same. */
  steps: number;
  signal: AbortSignal;
  /** Told after every face that was looked at. */
  onBeat: () => void;
  onProgress: (progress: Progress) => void;
}

/** [layers · wWidth], never farther from the picture than `start`. */
export async function project(
  judge: (rows: Latent) => Promise<Judged>,
  start: Latent,
  { steps, signal, onBeat, onProgress }: Search,
): Promise<Latent> {
  let seen: Picture | undefined;
  const objective = async (rows: Float32Array<ArrayBuffer>) => {
    signal.throwIfAborted();
    const { loss, slope, picture } = await judge(rows);
    seen = picture;
    onBeat();
    return { value: loss, slope: Float32Array.from(slope) };
  };
  const onIteration = (step: number) => onProgress({ step, total: steps, ...(seen && { preview: seen }) });
  const { x } = await minimise(objective, Float32Array.from(start), { iterations: steps, onIteration });
  return x;
}
