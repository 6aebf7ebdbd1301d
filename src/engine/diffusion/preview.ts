/**
 * A rough look at what is coming: the x₀ a sampler believes in, through the real decoder. A linear map from latents to
 * colours would be cheaper but has to be fitted to each autoencoder; a small latent decodes in milliseconds, and a
 * large one is shrunk first.
 */
import type { Picture } from '../../core/picture.ts';
import type { Clock } from '../network.ts';
import type { Latent } from '../tensor.ts';
import type { LatentShape, Vae } from './vae.ts';

const MOST_SIDE = 16; // latent pixels
const PAUSE_MS = 700;

/** Answers a picture at most every so often, and undefined in between. */
export function createPreviews(vae: Vae, clock: Clock) {
  let last = performance.now();
  return async (x0: Latent, shape: LatentShape): Promise<Picture | undefined> => {
    const now = performance.now();
    if (now - last < PAUSE_MS) return undefined;
    last = now;
    const times = Math.ceil(Math.max(shape.width, shape.height) / MOST_SIDE);
    const small = { ...shape, width: Math.floor(shape.width / times), height: Math.floor(shape.height / times) };
    return vae.decode(times === 1 ? x0 : shrink(x0, shape, small, times), small, clock);
  };
}

/** The mean over squares of times × times. */
export function shrink(latent: Latent, from: LatentShape, to: LatentShape, times: number): Latent {
  const out = new Float32Array(to.channels * to.height * to.width);
  for (let c = 0; c < to.channels; c++)
    for (let y = 0; y < to.height * times; y++)
      for (let x = 0; x < to.width * times; x++) {
        const at = (c * to.height + Math.floor(y / times)) * to.width + Math.floor(x / times);
        out[at]! += latent[(c * from.height + y) * from.width + x]! / times ** 2;
      }
  return out;
}
