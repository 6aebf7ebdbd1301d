/** Between the first pass and the second: the same picture, larger, as a latent. */
import type { Picture } from '../../core/picture.ts';
import type { Clock } from '../network.ts';
import { toPlanes } from '../pixels.ts';
import type { Latent } from '../tensor.ts';
import type { LatentShape, Vae } from './vae.ts';

/** Through pixels: decoded, enlarged by a network, encoded again. */
export async function enlargePixels(
  {
    vae,
    clock,
    enlarge,
  }: { vae: Vae; clock: Clock; enlarge: (picture: Picture, width: number, height: number) => Promise<Picture> },
  latent: Latent,
  from: LatentShape,
  to: LatentShape,
): Promise<Latent> {
  const [width, height] = [to.width * vae.factor, to.height * vae.factor];
  const larger = await enlarge(await vae.decode(latent, from, clock), width, height);
  return vae.encode(toPlanes(larger, 0, 0, width, height, [-1, 1]), to, clock);
}

/** The latent itself, bilinearly: quicker and softer. */
export function enlargeLatent(latent: Latent, from: LatentShape, to: LatentShape): Latent {
  const out = new Float32Array(to.channels * to.height * to.width);
  const across = taps(from.width, to.width);
  const down = taps(from.height, to.height);
  for (let c = 0, at = 0; c < to.channels; c++)
    for (const [top, bottom, below] of down)
      for (const [left, right, beside] of across) {
        const [upper, lower] = [(c * from.height + top) * from.width, (c * from.height + bottom) * from.width];
        const above = (1 - beside) * latent[upper + left]! + beside * latent[upper + right]!;
        out[at++] =
          (1 - below) * above + below * ((1 - beside) * latent[lower + left]! + beside * latent[lower + right]!);
      }
  return out;
}

/** Per target cell: the two source cells around its centre, and the share of the second. */
const taps = (from: number, to: number): [first: number, second: number, share: number][] =>
  Array.from({ length: to }, (_, i) => {
    const centre = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const first = Math.floor(centre);
    return [first, Math.min(first + 1, from - 1), centre - first];
  });
