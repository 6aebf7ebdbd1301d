/** Steps of many images as one progress, with a look at what is coming now and then. */
import type { Progress } from '../../core/picture.ts';
import type { Clock } from '../network.ts';
import type { Latent } from '../tensor.ts';
import { createPreviews } from './preview.ts';
import type { LatentShape, Vae } from './vae.ts';

interface Deps {
  vae: Vae;
  clock: Clock;
  onProgress: (progress: Progress) => void;
  onBeat: () => void;
}

export interface Reports {
  /** For a pass that comes after so many steps of others, in which each image has so many behind: told of each step of each. */
  pass(
    shape: LatentShape,
    earlier: number,
    behind: readonly number[],
  ): (index: number, step: number, x0: Latent) => void;
  /** Everything has been told. */
  end(): Promise<void>;
}

export function createReports({ vae, clock, onProgress, onBeat }: Deps, images: number, total: number): Reports {
  const preview = createPreviews(vae, clock);
  let telling = Promise.resolve();
  return {
    pass(shape, earlier, behind) {
      const reached = Array.from({ length: images }, (_, index) => behind[index] ?? 0);
      return (index, own, x0) => {
        onBeat();
        reached[index] = own;
        if (reached.some((other) => other < own)) return; // the slowest image ends the step
        const step = earlier + own;
        telling = telling.then(async () => {
          const picture = step < total ? await preview(x0, shape) : undefined;
          onProgress({ step, total, ...(picture && { preview: picture }) });
        });
        telling.catch(() => {}); // told by end(), or by whatever else ended the job
      };
    },
    end: () => telling,
  };
}
